// The same with libauth.hpp.
#include <libauth.hpp>

#include <cstdlib>
#include <iostream>

int main() {
  std::cout << "header " << LIBAUTH_VERSION << " " << LIBAUTH_VERSION_MAJOR << "." << LIBAUTH_VERSION_MINOR << "."
            << LIBAUTH_VERSION_PATCH << " library " << libauth::version() << std::endl;
  try {
    libauth::seller seller(libauth::config(std::getenv("LIBAUTH_SELLER_BASE_URL")),
                           std::getenv("LIBAUTH_SELLER_ACCESS_KEY"), std::getenv("LIBAUTH_SELLER_SECRET_KEY"));
    libauth::token token = seller.token();
    std::cout << token.header_name() << ": " << token.header_value().size() << " characters" << std::endl;
    return EXIT_SUCCESS;
  } catch (const libauth::exception& error) {
    std::cerr << error.what() << std::endl;
    return EXIT_FAILURE;
  }
}
