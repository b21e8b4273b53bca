/* A minimal HTTP/1.1 client over BSD sockets: one request on one connection, to http:// only. It is what a
 * program might have of its own; the tests send with it what libauth built, and control the sandbox. */
#ifndef HTTP_H
#define HTTP_H

#include <libauth.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A received response, all in one allocation: `head` ends with the empty line, `body` with a NUL. */
struct http_answer {
  int status;
  char *head;
  char *body;
  size_t length;
};

static inline void http_fail(const char *what, const char *url) {
  fprintf(stderr, "http: %s: %s\n", url, what);
  exit(EXIT_FAILURE);
}

/* Bytes that grow. */
struct http_bytes {
  char *data;
  size_t length;
};

static inline void http_add(struct http_bytes *bytes, const void *data, size_t length) {
  char *grown = realloc(bytes->data, bytes->length + length + 1);
  if (grown == NULL) exit(EXIT_FAILURE);
  if (length > 0) memcpy(grown + bytes->length, data, length);
  bytes->data = grown;
  bytes->length += length;
  grown[bytes->length] = '\0';
}

static inline void http_add_text(struct http_bytes *bytes, const char *text) { http_add(bytes, text, strlen(text)); }

/* Connects to the authority of a URL, gives the path and query in `*target`. */
static inline int http_connect(const char *url, char *authority, size_t size, const char **target) {
  char host[256], *port;
  struct addrinfo hints, *found = NULL;
  struct timeval limit = {30, 0};
  int s;
  if (strncmp(url, "http://", 7) != 0) http_fail("not http", url);
  *target = url + 7 + strcspn(url + 7, "/?");
  snprintf(authority, size, "%.*s", (int)(*target - url - 7), url + 7);
  snprintf(host, sizeof host, "%s", authority);
  port = strrchr(host, ':');
  if (port != NULL) *port++ = '\0';
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port == NULL ? "80" : port, &hints, &found) != 0) http_fail("no such host", url);
  s = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  if (s < 0) http_fail("no socket", url);
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(s, found->ai_addr, found->ai_addrlen) != 0) http_fail("cannot connect", url);
  freeaddrinfo(found);
  return s;
}

/* `headers` are whole lines that end with CRLF. The answer ends when the server closes, as it is asked to. */
static inline struct http_answer http_send(const char *method, const char *url, const char *headers, const void *body,
                                           size_t length) {
  struct http_bytes request = {NULL, 0}, received = {NULL, 0};
  struct http_answer answer = {0, NULL, NULL, 0};
  char authority[256], block[4096], line[512];
  const char *target;
  size_t sent = 0;
  ssize_t count;
  int s = http_connect(url, authority, sizeof authority, &target);

  http_add_text(&request, method);
  http_add_text(&request, *target == '/' ? " " : " /");
  http_add_text(&request, target);
  snprintf(line, sizeof line, " HTTP/1.1\r\nHost: %s\r\nContent-Length: %lu\r\nConnection: close\r\n", authority,
           (unsigned long)length);
  http_add_text(&request, line);
  http_add_text(&request, headers);
  http_add_text(&request, "\r\n");
  http_add(&request, body, length);
  while (sent < request.length) {
    count = send(s, request.data + sent, request.length - sent, 0);
    if (count <= 0) http_fail("cannot send", url);
    sent += (size_t)count;
  }
  while ((count = recv(s, block, sizeof block, 0)) > 0) http_add(&received, block, (size_t)count);
  close(s);
  free(request.data);

  answer.head = received.data;
  if (answer.head == NULL || sscanf(answer.head, "HTTP/1.%*d %d", &answer.status) != 1) http_fail("no answer", url);
  answer.body = strstr(answer.head, "\r\n\r\n");
  if (answer.body == NULL) http_fail("half an answer", url);
  answer.body += 4;
  answer.length = received.length - (size_t)(answer.body - answer.head);
  return answer;
}

static inline void http_free(struct http_answer *answer) { free(answer->head); }

/* Sends a request that libauth built to `url`, and gives what libauth reads. */
static inline libauth_http_response *http_deliver_to(const char *url, const libauth_http_request *request) {
  struct http_bytes headers = {NULL, 0};
  struct http_answer answer;
  libauth_http_response *response;
  size_t length = 0, i;
  char *line, *end, *colon;
  const uint8_t *body = libauth_http_request_body(request, &length);

  http_add_text(&headers, "");
  for (i = 0; i < libauth_http_request_header_count(request); i++) {
    http_add_text(&headers, libauth_http_request_header_name(request, i));
    http_add_text(&headers, ": ");
    http_add_text(&headers, libauth_http_request_header_value(request, i));
    http_add_text(&headers, "\r\n");
  }
  answer = http_send(libauth_http_request_method(request), url, headers.data, body, length);
  free(headers.data);

  response = libauth_http_response_new(answer.status);
  libauth_http_response_set_body(response, (const uint8_t *)answer.body, answer.length);
  for (line = strstr(answer.head, "\r\n") + 2; line + 2 < answer.body; line = end + 2) {
    end = strstr(line, "\r\n");
    *end = '\0';
    colon = strchr(line, ':');
    if (colon == NULL) continue;
    *colon = '\0';
    libauth_http_response_add_header(response, line, colon + 1 + strspn(colon + 1, " \t"));
  }
  http_free(&answer);
  return response;
}

static inline libauth_http_response *http_deliver(const libauth_http_request *request) {
  return http_deliver_to(libauth_http_request_url(request), request);
}

#endif
