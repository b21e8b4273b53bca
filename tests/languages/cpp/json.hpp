// Reads JSON, as far as the sandbox's answers need it.
#ifndef JSON_HPP
#define JSON_HPP

#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

class json {
 public:
  std::string text;  // of a string as it is, of a number, true, false and null as written
  std::map<std::string, json> fields;
  std::vector<json> items;

  static json parse(const std::string& source) {
    const char* at = source.c_str();
    json value = read(at);
    skip(at);
    if (*at != '\0') throw std::runtime_error("not JSON: " + source);
    return value;
  }

  /// A field, or an empty value.
  const json& operator[](const std::string& name) const {
    static const json none;
    std::map<std::string, json>::const_iterator found = fields.find(name);
    return found == fields.end() ? none : found->second;
  }
  long long number() const { return std::atoll(text.c_str()); }

  /// A text as a JSON string.
  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out + "\"";
  }

 private:
  static void skip(const char*& at) {
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') ++at;
  }
  static void expect(const char*& at, char c) {
    skip(at);
    if (*at++ != c) throw std::runtime_error(std::string("JSON lacks ") + c);
  }
  static bool more(const char*& at, char end) {
    skip(at);
    if (*at == ',') return ++at, true;
    expect(at, end);
    return false;
  }

  static json read(const char*& at) {
    json value;
    skip(at);
    if (*at == '{') {
      skip(++at);
      if (*at == '}') return ++at, value;
      do {
        skip(at);
        std::string name = string(at);
        expect(at, ':');
        value.fields[name] = read(at);
      } while (more(at, '}'));
    } else if (*at == '[') {
      skip(++at);
      if (*at == ']') return ++at, value;
      do value.items.push_back(read(at));
      while (more(at, ']'));
    } else if (*at == '"') {
      value.text = string(at);
    } else {
      while (*at != '\0' && std::string(",]} \n\r\t").find(*at) == std::string::npos) value.text += *at++;
      if (value.text.empty()) throw std::runtime_error("JSON lacks a value");
    }
    return value;
  }

  static std::string string(const char*& at) {
    std::string out;
    expect(at, '"');
    while (*at != '"') {
      if (*at == '\0') throw std::runtime_error("JSON string without an end");
      if (*at != '\\') {
        out += *at++;
        continue;
      }
      const char escape = *++at;
      ++at;
      if (escape == 'n')
        out += '\n';
      else if (escape == 't')
        out += '\t';
      else if (escape == 'r')
        out += '\r';
      else if (escape == 'u')
        throw std::runtime_error("the sandbox writes UTF-8, not \\u");
      else
        out += escape;
    }
    ++at;
    return out;
  }
};

#endif
