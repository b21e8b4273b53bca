# find_package(libauth) defines, as far as they are installed:
#
#   libauth::shared   the shared library
#   libauth::static   the static library, with the system libraries that it needs
#   libauth::libauth  the shared one; the static one with set(libauth_USE_STATIC_LIBS ON) before find_package,
#                     or where there is no other
#
# It finds its way from where it lies: lib/cmake/libauth or share/libauth/cmake below the prefix.

get_filename_component(_libauth_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(_libauth_include "${_libauth_prefix}/include")

set(_libauth_folders lib lib64)
if(CMAKE_LIBRARY_ARCHITECTURE)
  list(INSERT _libauth_folders 0 "lib/${CMAKE_LIBRARY_ARCHITECTURE}")
endif()

# _libauth_file(variable names...): the first library file of these names below the prefix, or "".
function(_libauth_file variable)
  foreach(folder IN LISTS _libauth_folders)
    foreach(name IN LISTS ARGN)
      if(EXISTS "${_libauth_prefix}/${folder}/${name}")
        set(${variable} "${_libauth_prefix}/${folder}/${name}" PARENT_SCOPE)
        return()
      endif()
    endforeach()
  endforeach()
  set(${variable} "" PARENT_SCOPE)
endfunction()

_libauth_file(_libauth_shared libauth.so libauth.dylib)
_libauth_file(_libauth_static libauth.a)

if(_libauth_shared AND NOT TARGET libauth::shared)
  add_library(libauth::shared SHARED IMPORTED)
  set_target_properties(libauth::shared PROPERTIES
    IMPORTED_LOCATION "${_libauth_shared}"
    INTERFACE_INCLUDE_DIRECTORIES "${_libauth_include}")
endif()

if(_libauth_static AND NOT TARGET libauth::static)
  if(APPLE)
    set(_libauth_system "-framework Security" "-framework CoreFoundation" iconv m)
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
