/*
 * A process that receives webhooks, over a replay store in Redis.
 *
 *   messages claim FILE COPIES THREADS SEED   verifies each message so often, in an order of its own, and is done with
 *                                             what is accepted: "accepted NUMBER" for each
 *   messages crash FILE SEED                  each message is verified by children that die anywhere between verify and
 *                                             done, until one is done with it
 *   messages measure FILE                     verifies each once; "nanoseconds NUMBER" a message, beside SET NX PX
 *
 * A line of FILE is a message: path, headers as name=value, an empty field, the body; between tabs.
 */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "redis.h"

#define MOST 20000

static char *lines[MOST];
static int count;
static const libauth_creditpay *creditpay;

static void read_file(const char *path) {
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  if (file == NULL) exit(3);
  while (count < MOST && (length = getline(&line, &room, file)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    lines[count++] = strdup(line);
  }
  free(line);
  fclose(file);
}

static libauth_inbound *message(int number) {
  char *line = strdup(lines[number]), *field = line, *next = strchr(field, '\t');
  libauth_inbound *made;
  *next = '\0';
  made = libauth_inbound_new("POST", field);
  for (field = next + 1; (next = strchr(field, '\t')) != field; field = next + 1) {
    char *value = strchr(field, '=');
    *next = *value = '\0';
    libauth_inbound_add_header(made, field, value + 1);
  }
  libauth_inbound_set_body(made, (const uint8_t *)field + 1, strlen(field + 1));
  free(line);
  return made;
}

static libauth_status verify(int number, libauth_creditpay_event **event) {
  libauth_inbound *inbound = message(number);
  libauth_error *error = NULL;
  libauth_status status = libauth_creditpay_verify(creditpay, inbound, event, &error);
  if (status != LIBAUTH_OK && status != LIBAUTH_BUSY && status != LIBAUTH_REPLAYED)
    printf("error %s %s\n", libauth_status_name(status), libauth_error_message(error));
  libauth_error_free(error);
  libauth_inbound_free(inbound);
  return status;
}

static int done(libauth_creditpay_event *event) {
  libauth_error *error = NULL;
  int is_done = libauth_creditpay_event_done(event, &error) == LIBAUTH_OK;
  if (!is_done) printf("error done %s\n", libauth_error_message(error));
  libauth_error_free(error);
  return is_done;
}

static int copies;
static unsigned first_seed;

static void *claim_all(void *thread) {
  unsigned seed = first_seed + (unsigned)(size_t)thread;
  int *order = malloc(sizeof *order * (size_t)(count * copies)), i;
  for (i = 0; i < count * copies; i++) order[i] = i % count;
  for (i = count * copies - 1; i > 0; i--) {
    int other = rand_r(&seed) % (i + 1), kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
  for (i = 0; i < count * copies; i++) {
    libauth_creditpay_event *event = NULL;
    if (verify(order[i], &event) == LIBAUTH_OK && done(event)) printf("accepted %d\n", order[i]);
    libauth_creditpay_event_free(event);
  }
  free(order);
  return NULL;
}

/* What a child came to, as its exit status; one that died has none. */
enum { DONE = 10, NOT_YET, SEEN };

static int attempt(int number, int dies_at) {
  pid_t child = fork();
  int status;
  if (child == 0) {
    libauth_creditpay_event *event = NULL;
    switch (verify(number, &event)) {
      case LIBAUTH_OK: break;
      case LIBAUTH_REPLAYED: _exit(SEEN);
      default: _exit(NOT_YET);
    }
    if (dies_at == 0) raise(SIGKILL);
    usleep((useconds_t)(dies_at % 1000)); /* acts */
    if (dies_at < 1000) raise(SIGKILL);
    _exit(done(event) ? DONE : NOT_YET);
  }
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static void crash_all(unsigned seed) {
  int number;
  for (number = 0; number < count; number++) {
    int deaths = 0, is_done = 0, tries;
    for (tries = 0; tries < 2000 && !is_done; tries++) {
      /* Every message kills one that has it; after that they live. */
      int outcome = attempt(number, deaths == 0 ? (int)(rand_r(&seed) % 1000) : 1000);
      if (outcome == 0) deaths++;
      if (outcome == SEEN) printf("error %d was taken before it was done\n", number);
      /* A claim of the dead ends by itself. */
      if (outcome == 0 || outcome == NOT_YET) usleep((useconds_t)number_in("CLAIM_MS", 60000) * 1000);
      is_done = outcome == DONE;
    }
    printf("%s %d after %d deaths\n", is_done ? "done" : "lost", number, deaths);
    if (attempt(number, 1000) != SEEN) printf("error %d was taken after it was done\n", number);
  }
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The accepted path beside what it cannot be faster than, in turns. */
static void measure(void) {
  struct timeval limit = {1, 0};
  redisContext *plain = connect_to_redis(NULL, 1000);
  const int rounds = 10, each = count / rounds;
  int round, i;
  redisSetTimeout(plain, limit);
  for (round = 0; round < rounds; round++) {
    double start = seconds(), middle, end;
    for (i = round * each; i < (round + 1) * each; i++) {
      libauth_creditpay_event *event = NULL;
      if (verify(i, &event) != LIBAUTH_OK) puts("error not accepted");
      /* Kept as claimed: freeing it without done would be a round trip of its own. */
      lines[i] = (char *)event;
    }
    middle = seconds();
    for (i = round * each; i < (round + 1) * each; i++) {
      redisReply *reply = redisCommand(plain, "SET plain:{%032d} %b NX PX 60000", i, "C1234567890123456", (size_t)17);
      if (reply == NULL || reply->type != REDIS_REPLY_STATUS) puts("error not set");
      freeReplyObject(reply);
    }
    end = seconds();
    printf("round %.0f %.0f\n", (middle - start) * 1e9 / each, (end - middle) * 1e9 / each);
  }
  redisFree(plain);
}

int main(int argc, char **argv) {
  libauth_redis *redis = redis_of_the_test();
  libauth_store *store = libauth_redis_store(redis);
  libauth_config *config = libauth_config_new("https://host.example");
  libauth_creditpay *made = NULL;
  libauth_error *error = NULL;
  if (argc < 3) return 3;
  setvbuf(stdout, NULL, _IOLBF, 0);
  read_file(argv[2]);
  libauth_config_set_replay_store(config, store);
  libauth_config_set_replay_claim_ms(config, number_in("CLAIM_MS", 60000));
  libauth_config_set_store_timeout_ms(config, number_in("STORE_TIMEOUT_MS", 200));
  if (libauth_creditpay_new(config, getenv("PLAT_ID"), getenv("API_KEY"), getenv("SIGNATURE_KEY"), &made, &error) !=
      LIBAUTH_OK) {
    fprintf(stderr, "%s\n", libauth_error_message(error));
    return 2;
  }
  creditpay = made;
  libauth_store_free(store);
  libauth_config_free(config);
  if (strcmp(argv[1], "claim") == 0) {
    pthread_t threads[64];
    int i, many = atoi(argv[4]);
    copies = atoi(argv[3]);
    first_seed = (unsigned)atoi(argv[5]);
    for (i = 0; i < many; i++) pthread_create(&threads[i], NULL, claim_all, (void *)(size_t)i);
    for (i = 0; i < many; i++) pthread_join(threads[i], NULL);
  } else if (strcmp(argv[1], "crash") == 0) {
    crash_all((unsigned)atoi(argv[3]));
  } else {
    measure();
    return 0;
  }
  libauth_creditpay_free(made);
  libauth_redis_free(redis);
  return 0;
}
