#ifndef WITHOUT_EXCEPTIONS_HPP
#define WITHOUT_EXCEPTIONS_HPP

#include <string>

std::string use_without_exceptions(const std::string& seller_url, const std::string& access_key,
                                   const std::string& secret_key);

#endif
