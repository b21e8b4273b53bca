/* What was secret is not in the heap any more once every object is freed: keys and texts passed in, tokens and
 * codes lent out, what was built for another transport. Linux only: it reads its own memory. */
#include "fixtures.h"

/* Secrets as the program keeps them, so that it holds none itself. */
enum { MASK = 0x5a, LONGEST = 512, MOST = 16 };
static struct kept {
  const char *name;
  unsigned char masked[LONGEST];
  size_t length;
} kept[MOST];
static int kept_count;

static void keep(const char *name, const char *secret) {
  struct kept *one = &kept[kept_count++];
  size_t i;
  if (!CHECK(secret != NULL && strlen(secret) >= 16 && strlen(secret) < LONGEST && kept_count <= MOST)) return;
  one->name = name;
  one->length = strlen(secret);
  for (i = 0; i < one->length; i++) one->masked[i] = (unsigned char)(secret[i] ^ MASK);
}

/* How often a secret stands in the heap and in what was mapped for it. */
static int found(const struct kept *secret) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[512];
  int count = 0;
  if (!CHECK(maps != NULL)) return -1;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long from, to;
    char rights[8], path[256] = "";
    const volatile unsigned char *at, *end;
    if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &from, &to, rights, path) < 3) continue;
    if (strncmp(rights, "rw", 2) != 0 || (path[0] != '\0' && strcmp(path, "[heap]") != 0)) continue;
    end = (const volatile unsigned char *)to;
    for (at = (const volatile unsigned char *)from; at + secret->length <= end; at++) {
      size_t same = 0;
      while (same < secret->length && (at[same] ^ MASK) == secret->masked[same]) same++;
      if (same == secret->length) count++;
    }
  }
  fclose(maps);
  return count;
}

/* A text that the library is given, and which is gone from here as soon as it has it. */
static char *given(const char *start, const char *rest) {
  size_t length = strlen(start) + strlen(rest);
  char *text = malloc(length + 1);
  if (text == NULL) exit(EXIT_FAILURE);
  snprintf(text, length + 1, "%s%s", start, rest);
  return text;
}

static void gone(char *text) {
  volatile char *at = text;
  while (*at != '\0') *at++ = 0;
  free(text);
}

static libauth_error *error;

static void must(libauth_status status) { made(status, error); }

int main(void) {
  libauth_seller *seller = NULL;
  libauth_creditpay *creditpay = NULL;
  libauth_token *token = NULL;
  libauth_http_request *built = NULL;
  libauth_creditpay_code *code = NULL;
  libauth_answer *answer = NULL;
  libauth_call *call = libauth_call_new("POST", "/any");
  libauth_config *config = libauth_config_new(base("wiped", "", "seller"));
  libauth_creditpay_request *request = new_creditpay_request();
  char *secret = given("customer-token-", "of-the-heap-77aa0b1c2d3e");
  size_t length = 0, i;
  int one;

  must(libauth_seller_new(config, ACCESS_KEY, SECRET_KEY, &seller, &error));
  must(libauth_seller_token(seller, NULL, &token, &error));
  keep("token", libauth_token_value(token));
  CHECK(libauth_token_header_value(token) != NULL);
  must(libauth_seller_build_call(seller, call, NULL, &built, &error));
  for (i = 0; i < libauth_http_request_header_count(built); i++)
    CHECK(libauth_http_request_header_value(built, i) != NULL);
  CHECK(libauth_http_request_body(built, &length) != NULL);
  must(libauth_seller_call(seller, call, NULL, &answer, &error));
  CHECK(libauth_answer_field_or(libauth_token_answer(token), "data.accessToken", "") != NULL);

  creditpay = new_creditpay(base("wiped", "", "creditpay"));
  keep("customer_token", secret);
  libauth_creditpay_request_set_customer_token(request, secret);
  gone(secret);
  must(libauth_creditpay_issue_code(creditpay, request, NULL, &code, &error));
  keep("ident_code", libauth_creditpay_code_ident_code(code));
  CHECK(libauth_creditpay_code_url(code) != NULL);

  for (one = 0; one < kept_count; one++) CHECK(found(&kept[one]) > 0);

  libauth_creditpay_code_free(code);
  libauth_creditpay_request_free(request);
  libauth_creditpay_free(creditpay);
  libauth_answer_free(answer);
  libauth_http_request_free(built);
  libauth_token_free(token);
  libauth_call_free(call);
  libauth_seller_free(seller);
  libauth_config_free(config);

  for (one = 0; one < kept_count; one++) {
    int left = found(&kept[one]);
    if (!CHECK(left == 0)) fprintf(stderr, "%s is left %d times\n", kept[one].name, left);
  }
  return check_results();
}
