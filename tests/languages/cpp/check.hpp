// The least a test suite needs: named tests, checks, and a count at the end.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

struct test {
  const char* name;
  void (*body)();

  static std::vector<test>& all() {
    static std::vector<test> tests;
    return tests;
  }
  static int add(const char* name, void (*body)()) {
    test one = {name, body};
    all().push_back(one);
    return 0;
  }
};

/// Adds a function as a test.
#define ADD(function) test::add(#function, function)

/// TEST(name) { ... }
#define TEST(name)                    \
  static void name();                 \
  extern const int added_##name;      \
  const int added_##name = ADD(name); \
  static void name()

[[noreturn]] inline void fail_at(const char* file, int line, const std::string& what) {
  std::ostringstream text;
  text << file << ":" << line << ": " << what;
  throw std::runtime_error(text.str());
}

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) fail_at(__FILE__, __LINE__, #condition); \
  } while (false)

template <class A, class B>
void check_equal(const A& got, const B& expected, const char* file, int line, const char* what) {
  if (got == expected) return;
  std::ostringstream text;
  text << what << " is '" << got << "' and not '" << expected << "'";
  fail_at(file, line, text.str());
}

#define EQUAL(got, expected) check_equal((got), (expected), __FILE__, __LINE__, #got)

inline void check_contains(const std::string& text, const std::string& part, const char* file, int line) {
  if (text.find(part) == std::string::npos) fail_at(file, line, "no '" + part + "' in: " + text);
}

#define CONTAINS(text, part) check_contains((text), (part), __FILE__, __LINE__)

/// Catches the exception that an expression must throw, and gives it.
#define THROWS(type, expression)                                                                       \
  ([&]() -> type {                                                                                     \
    try {                                                                                              \
      (void)(expression);                                                                              \
    } catch (const type& caught) {                                                                     \
      return caught;                                                                                   \
    } catch (const std::exception& not_it) {                                                           \
      fail_at(__FILE__, __LINE__, std::string(#expression " threw something else: ") + not_it.what()); \
    }                                                                                                  \
    fail_at(__FILE__, __LINE__, #expression " threw nothing");                                         \
  }())

/// Runs the tests whose name holds the first argument; the last line says how many passed and failed.
inline int run_tests(int argc, char** argv) {
  int passed = 0, failed = 0;
  for (const test& one : test::all()) {
    if (argc > 1 && std::string(one.name).find(argv[1]) == std::string::npos) continue;
    try {
      one.body();
      ++passed;
      std::cout << "ok      " << one.name << std::endl;
    } catch (const std::exception& error) {
      ++failed;
      std::cout << "FAILED  " << one.name << ": " << error.what() << std::endl;
    }
  }
  std::cout << passed << " passed, " << failed << " failed" << std::endl;
  return failed == 0 && passed > 0 ? 0 : 1;
}

#endif
