/* A handle with open connections is used in parent and child at once, many times; and a fork happens in
 * the middle of other threads' calls. No answer may be crossed, nothing may hang or fail. */
#define _POSIX_C_SOURCE 200809L
#include "fixtures.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 60, CALLS = 5, THREADS = 4, SECONDS_TO_HANG = 60 };

static libauth_seller *seller;
static libauth_creditpay *creditpay;
static volatile int stop;

/* One business call whose answer must be its own; returns whether all was well. */
static int echo(const char *who, int number) {
  char body[128], field[128];
  libauth_error *error = NULL;
  libauth_answer *answer = NULL;
  snprintf(body, sizeof body, "{\"who\":\"%s-%ld-%d\"}", who, (long)getpid(), number);
  libauth_call *call = libauth_call_new("POST", "/echo");
  libauth_call_set_body(call, NULL, (const uint8_t *)body, strlen(body));
  libauth_status status = number % 2 == 0 ? libauth_seller_call(seller, call, NULL, &answer, &error)
                                          : libauth_creditpay_call(creditpay, call, NULL, &answer, &error);
  snprintf(field, sizeof field, "%s-%ld-%d", who, (long)getpid(), number);
  size_t length = 0;
  const char *echoed = (const char *)libauth_answer_body(answer, &length);
  int found = 0;
  for (size_t i = 0; echoed != NULL && i + strlen(field) <= length; i++)
    found = found || memcmp(echoed + i, field, strlen(field)) == 0;
  if (status != LIBAUTH_OK || !found)
    fprintf(stderr, "%s: %s: %s\n", field, libauth_status_name(status),
            error == NULL ? "another's answer" : libauth_error_message(error));
  libauth_call_free(call);
  libauth_answer_free(answer);
  libauth_error_free(error);
  return status == LIBAUTH_OK && found;
}

static int echoes(const char *who) {
  int well = 1;
  for (int i = 0; i < CALLS; i++) well = echo(who, i) && well;
  return well;
}

static void child(void) {
  alarm(SECONDS_TO_HANG); /* a child that hangs is killed, which the parent sees */
  int well = echoes("child");
  libauth_seller_free(seller);
  libauth_creditpay_free(creditpay);
  _exit(well ? 0 : 1);
}

static void fork_and_call(void) {
  pid_t pid = fork();
  if (pid == 0) child();
  CHECK(pid > 0);
  CHECK(echoes("parent"));
  int status = 0;
  CHECK(waitpid(pid, &status, 0) == pid);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void *call_until_stopped(void *unused) {
  intptr_t well = 1;
  (void)unused;
  for (int i = 0; !stop; i++) {
    well = echo("thread", i) && well;
    /* Keep the token's lock busy too. */
    if (i % 10 == 0) {
      libauth_error *error = NULL;
      libauth_token *token = NULL;
      if (libauth_seller_token(seller, NULL, &token, &error) == LIBAUTH_OK)
        made(libauth_seller_invalidate(seller, libauth_token_value(token), NULL), NULL);
      libauth_token_free(token);
      libauth_error_free(error);
    }
  }
  return (void *)well;
}

int main(void) {
  alarm(4 * SECONDS_TO_HANG);
  seller = new_seller(base("fork", "", "seller"));
  creditpay = new_creditpay(base("fork", "", "creditpay"));
  CHECK(echoes("parent")); /* connections are open, a token is cached */
  for (int i = 0; i < FORKS; i++) fork_and_call();

  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, call_until_stopped, NULL) == 0);
  for (int i = 0; i < FORKS; i++) fork_and_call();
  stop = 1;
  for (int i = 0; i < THREADS; i++) {
    void *well = NULL;
    CHECK(pthread_join(threads[i], &well) == 0 && well != NULL);
  }
  libauth_seller_free(seller);
  libauth_creditpay_free(creditpay);
  return check_results();
}
