/* libauth without its transport: libauth builds and reads, libcurl sends.
 *
 * cc offline_curl.c -lauth -lcurl; run it as quickstart.c, against the sandbox by default. */
#include <curl/curl.h>
#include <libauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static libauth_error *error;

static void must(libauth_status status) {
  if (status == LIBAUTH_OK) return;
  fprintf(stderr, "offline_curl: %s: %s\n", libauth_status_name(status), libauth_error_message(error));
  libauth_error_free(error);
  exit(EXIT_FAILURE);
}

struct buffer {
  uint8_t *bytes;
  size_t length;
};

static size_t append(char *data, size_t size, size_t count, void *to) {
  struct buffer *buffer = to;
  uint8_t *grown = realloc(buffer->bytes, buffer->length + size * count + 1);
  if (grown == NULL) return 0;
  memcpy(grown + buffer->length, data, size * count);
  buffer->bytes = grown;
  buffer->length += size * count;
  return size * count;
}

/* The status line begins the response, each header is added to it. */
static size_t add_header(char *line, size_t size, size_t count, void *to) {
  libauth_http_response **response = to;
  char *colon = memchr(line, ':', size * count);
  if (size * count > 12 && strncmp(line, "HTTP/", 5) == 0) {
    libauth_http_response_free(*response); /* of a "100 Continue" before it */
    *response = libauth_http_response_new(atoi(strchr(line, ' ')));
  } else if (colon != NULL) {
    const char *value = colon + 1, *end = line + size * count;
    while (value < end && (*value == ' ' || *value == '\t')) value++;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n')) end--;
    libauth_http_response_add_header_n(*response, line, (size_t)(colon - line), value, (size_t)(end - value));
  }
  return size * count;
}

/* Sends a request exactly as libauth built it. */
static libauth_http_response *send_with_curl(const libauth_http_request *request) {
  size_t length = 0;
  const uint8_t *body = libauth_http_request_body(request, &length);
  struct curl_slist *headers = NULL;
  struct buffer received = {NULL, 0};
  libauth_http_response *response = NULL;
  CURL *curl = curl_easy_init();
  for (size_t i = 0; i < libauth_http_request_header_count(request); i++) {
    char line[4096];
    snprintf(line, sizeof line, "%s: %s", libauth_http_request_header_name(request, i),
             libauth_http_request_header_value(request, i));
    headers = curl_slist_append(headers, line);
  }
  headers = curl_slist_append(headers, "Expect:"); /* curl's own idea, which nobody signed */
  curl_easy_setopt(curl, CURLOPT_URL, libauth_http_request_url(request));
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, libauth_http_request_method(request));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)length);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 10000L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, add_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  CURLcode result = curl_easy_perform(curl);
  if (result != CURLE_OK) {
    fprintf(stderr, "offline_curl: %s\n", curl_easy_strerror(result));
    exit(EXIT_FAILURE);
  }
  libauth_http_response_set_body(response, received.bytes, received.length);
  free(received.bytes);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  return response;
}

static const char *setting(const char *name, const char *fallback) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : fallback;
}

static libauth_config *config_for(const char *platform) {
  char url[512];
  snprintf(url, sizeof url, "%s/%s", setting("LIBAUTH_SANDBOX", "http://127.0.0.1:18321"), platform);
  return libauth_config_new(url);
}

/* One signed request: build, send, read. */
static void daxpay(void) {
  libauth_config *config = config_for("daxpay");
  libauth_daxpay *daxpay = NULL;
  must(libauth_daxpay_new(config, "A112544225541", "M1723635576766", "sandboxSignKey-Zx81kQ2pLm",
                          LIBAUTH_DAXPAY_SIGN_HMAC_SHA256, &daxpay, &error));
  libauth_daxpay_auth_request *auth = libauth_daxpay_auth_request_new();
  libauth_daxpay_auth_request_set_channel(auth, "ali_pay");
  libauth_daxpay_auth_request_set_auth_code(auth, setting("LIBAUTH_DAXPAY_AUTH_CODE", "offline-curl"));
  libauth_http_request *request = NULL;
  libauth_daxpay_identity *identity = NULL;
  must(libauth_daxpay_build_auth(daxpay, auth, NULL, &request, &error));
  libauth_http_response *response = send_with_curl(request);
  must(libauth_daxpay_read_auth(daxpay, request, response, &identity, &error));
  const char *open_id = libauth_daxpay_identity_open_id(identity);
  printf("daxpay    openId %s\n", open_id != NULL ? open_id : "(none)");
  libauth_daxpay_identity_free(identity);
  libauth_http_response_free(response);
  libauth_http_request_free(request);
  libauth_daxpay_auth_request_free(auth);
  libauth_daxpay_free(daxpay);
  libauth_config_free(config);
}

/* A token, and a business call that carries it. */
static void seller(void) {
  libauth_config *config = config_for("seller");
  libauth_seller *seller = NULL;
  must(libauth_seller_new(config, "sandbox-access-key-202405", "sandbox-secret-key-e81f66b2d4", &seller, &error));
  libauth_http_request *login = NULL, *request = NULL;
  libauth_token *token = NULL;
  libauth_answer *answer = NULL;
  must(libauth_seller_build_token(seller, NULL, &login, &error));
  libauth_http_response *response = send_with_curl(login);
  must(libauth_seller_read_token(seller, login, response, &token, &error));
  libauth_http_response_free(response);
  libauth_call *call = libauth_call_new("GET", "/orders");
  libauth_call_add_query(call, "page", "1");
  must(libauth_seller_build_call(seller, call, NULL, &request, &error));
  response = send_with_curl(request);
  must(libauth_seller_read_call(seller, request, response, &answer, &error));
  printf("seller    %s %s?%s\n", libauth_answer_field(answer, "data.method"), libauth_answer_field(answer, "data.path"),
         libauth_answer_field(answer, "data.query"));
  libauth_answer_free(answer);
  libauth_http_response_free(response);
  libauth_http_request_free(request);
  libauth_http_request_free(login);
  libauth_call_free(call);
  libauth_token_free(token);
  libauth_seller_free(seller);
  libauth_config_free(config);
}

int main(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  daxpay();
  seller();
  curl_global_cleanup();
  return EXIT_SUCCESS;
}
