// A small HTTP/1.1 client of its own, as a program has that does not let libauth send its requests.
#ifndef HTTP_HPP
#define HTTP_HPP

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

typedef std::vector<std::pair<std::string, std::string>> header_list;

struct http_answer {
  int status;
  header_list headers;
  std::string body;
};

/// Sends one request to http://ADDRESS:PORT/... and reads the answer. At most 20 seconds pass without a byte.
inline http_answer send_http(const std::string& method, const std::string& url,
                             const header_list& headers = header_list(), const std::string& body = std::string()) {
  const std::string scheme = "http://";
  if (url.compare(0, scheme.size(), scheme) != 0) throw std::runtime_error("not http: " + url);
  const std::size_t slash = url.find('/', scheme.size());
  const std::string authority = url.substr(scheme.size(), slash - scheme.size());
  const std::string target = slash == std::string::npos ? "/" : url.substr(slash);
  const std::size_t colon = authority.find(':');

  sockaddr_in address = sockaddr_in();
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(authority.c_str() + colon + 1)));
  if (inet_pton(AF_INET, authority.substr(0, colon).c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("no address: " + authority);
  struct connection {
    int number;
    ~connection() { close(number); }
  } socket_of = {socket(AF_INET, SOCK_STREAM, 0)};
  timeval limit = timeval();
  limit.tv_sec = 20;
  setsockopt(socket_of.number, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_of.number, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(socket_of.number, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to " + authority + ": " + std::strerror(errno));

  std::string whole = method + " " + target + " HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n";
  for (const auto& header : headers) whole += header.first + ": " + header.second + "\r\n";
  whole += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t sent = 0; sent < whole.size();) {
    const ssize_t count = send(socket_of.number, whole.data() + sent, whole.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) throw std::runtime_error("cannot send to " + url);
    sent += static_cast<std::size_t>(count);
  }

  // Connection: close: the answer ends where the connection does.
  std::string received;
  char block[16384];
  for (ssize_t count; (count = recv(socket_of.number, block, sizeof block, 0)) != 0;) {
    if (count < 0) throw std::runtime_error("no answer from " + url);
    received.append(block, static_cast<std::size_t>(count));
  }
  const std::size_t end = received.find("\r\n\r\n");
  if (received.compare(0, 9, "HTTP/1.1 ") != 0 || end == std::string::npos)
    throw std::runtime_error("not HTTP/1.1: " + received);
  http_answer answer = {std::atoi(received.c_str() + 9), header_list(), received.substr(end + 4)};
  for (std::size_t at = received.find("\r\n") + 2; at < end;) {
    const std::size_t line = received.find("\r\n", at);
    const std::size_t name = received.find(':', at);
    const std::size_t value = received.find_first_not_of(' ', name + 1);
    answer.headers.emplace_back(received.substr(at, name - at), received.substr(value, line - value));
    at = line + 2;
  }
  return answer;
}

#endif
