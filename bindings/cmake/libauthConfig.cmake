# find_package(libauth) defines, as far as they are installed:
#
#   libauth::shared   the shared library
#   libauth::static   the static library, with the system libraries that it needs
#   libauth::libauth  the shared one; the static one with set(libauth_USE_STATIC_LIBS ON) before find_package,
#                     or where there is no other
#
# It finds its way from where it lies, so all of it may be moved.

# From where this file lies up to the folder that has the header: lib/cmake/libauth, lib64/..., lib/x86_64-linux-gnu/...
get_filename_component(_libauth_prefix "${CMAKE_CURRENT_LIST_DIR}" REALPATH)
foreach(_libauth_step RANGE 5)
  if(EXISTS "${_libauth_prefix}/include/libauth.h")
    break()
  endif()
  get_filename_component(_libauth_prefix "${_libauth_prefix}" DIRECTORY)
endforeach()
set(_libauth_include "${_libauth_prefix}/include")

# The libraries lie in the folder that has cmake/libauth.
get_filename_component(_libauth_folder "${CMAKE_CURRENT_LIST_DIR}" REALPATH)
get_filename_component(_libauth_folder "${_libauth_folder}/../.." ABSOLUTE)

# _libauth_file(variable files...): the first of these files that exists, or "".
function(_libauth_file variable)
  foreach(file IN LISTS ARGN)
    if(EXISTS "${file}")
      set(${variable} "${file}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${variable} "" PARENT_SCOPE)
endfunction()

_libauth_file(_libauth_shared "${_libauth_folder}/libauth.so" "${_libauth_folder}/libauth.dylib" "${_libauth_prefix}/bin/auth.dll")
_libauth_file(_libauth_static "${_libauth_folder}/libauth.a")
if(MSVC)
  set(_libauth_import "${_libauth_folder}/auth.lib")
else()
  set(_libauth_import "${_libauth_folder}/libauth.dll.a")
endif()

if(_libauth_shared AND NOT TARGET libauth::shared)
  add_library(libauth::shared SHARED IMPORTED)
  set_target_properties(libauth::shared PROPERTIES
    IMPORTED_LOCATION "${_libauth_shared}"
    IMPORTED_IMPLIB "${_libauth_import}" # read on Windows alone
    INTERFACE_INCLUDE_DIRECTORIES "${_libauth_include}")
endif()

if(_libauth_static AND NOT TARGET libauth::static)
  if(APPLE)
    set(_libauth_system "-framework Security" "-framework CoreFoundation" iconv m)
  elseif(WIN32)
    set(_libauth_system bcrypt crypt32 ws2_32 userenv ntdll kernel32 advapi32)
  else()
    # What `cargo rustc -p libauth-c --crate-type staticlib -- --print native-static-libs` says.
    set(_libauth_system gcc_s util rt pthread m dl c)
  endif()
  add_library(libauth::static STATIC IMPORTED)
  set_target_properties(libauth::static PROPERTIES
    IMPORTED_LOCATION "${_libauth_static}"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_LINK_LIBRARIES "${_libauth_system}"
    INTERFACE_INCLUDE_DIRECTORIES "${_libauth_include}")
  if(WIN32)
    set_target_properties(libauth::static PROPERTIES INTERFACE_COMPILE_DEFINITIONS LIBAUTH_STATIC)
  endif()
endif()

if(NOT TARGET libauth::libauth)
  add_library(libauth::libauth INTERFACE IMPORTED)
  if(TARGET libauth::static AND (libauth_USE_STATIC_LIBS OR NOT TARGET libauth::shared))
    set_target_properties(libauth::libauth PROPERTIES INTERFACE_LINK_LIBRARIES libauth::static)
  elseif(TARGET libauth::shared)
    set_target_properties(libauth::libauth PROPERTIES INTERFACE_LINK_LIBRARIES libauth::shared)
  endif()
endif()

foreach(_libauth_component IN LISTS libauth_FIND_COMPONENTS)
  if(TARGET libauth::${_libauth_component})
    set(libauth_${_libauth_component}_FOUND TRUE)
  elseif(libauth_FIND_REQUIRED_${_libauth_component})
    set(libauth_FOUND FALSE)
    set(libauth_NOT_FOUND_MESSAGE "${_libauth_prefix} has no ${_libauth_component} libauth")
  endif()
endforeach()
if(NOT TARGET libauth::shared AND NOT TARGET libauth::static)
  set(libauth_FOUND FALSE)
  set(libauth_NOT_FOUND_MESSAGE "there is no library of libauth below ${_libauth_prefix}")
elseif(libauth_USE_STATIC_LIBS AND NOT TARGET libauth::static)
  set(libauth_FOUND FALSE)
  set(libauth_NOT_FOUND_MESSAGE "libauth_USE_STATIC_LIBS is on, and ${_libauth_prefix} has no static libauth")
endif()
