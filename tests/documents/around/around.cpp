// What a block in C++ may take for granted, unless it is a program.
#include <iostream>
#include <libauth.hpp>
static int fail(const std::string& message) {
  std::cerr << message << "\n";
  return 1;
}
int main() {
  const std::string access_key = "access-key", secret_key = "secret-key";
  const libauth::config config("https://seller.example");
  (void)fail;
  (void)config;
  {
#include "BLOCK"
  }
}
