# An overlay port, used from the repository: vcpkg install libauth --overlay-ports=bindings/vcpkg
# It needs cargo, or the environment's LIBAUTH_BUILT naming a folder with built libraries (then also
# VCPKG_KEEP_ENV_VARS=LIBAUTH_BUILT). Not run in CI: vcpkg is in no package registry.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_execute_required_process(
  COMMAND "${CMAKE_COMMAND}" -E env "CARGO_TARGET_DIR=${CURRENT_BUILDTREES_DIR}/cargo"
    sh "${SOURCE_PATH}/bindings/install.sh" "${CURRENT_PACKAGES_DIR}"
  WORKING_DIRECTORY "${SOURCE_PATH}"
  LOGNAME "install-${TARGET_TRIPLET}")

if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
  file(GLOB left_out "${CURRENT_PACKAGES_DIR}/lib/libauth.so*" "${CURRENT_PACKAGES_DIR}/lib/libauth*.dylib")
else()
  set(left_out "${CURRENT_PACKAGES_DIR}/lib/libauth.a")
endif()
file(REMOVE ${left_out})

# One build by Rust serves programs in debug and release alike.
set(VCPKG_BUILD_TYPE release)
set(VCPKG_POLICY_MISMATCHED_NUMBER_OF_BINARIES enabled)
set(VCPKG_POLICY_SKIP_MISPLACED_CMAKE_FILES_CHECK enabled) # they find their way from lib/cmake
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/doc" "${CURRENT_PACKAGES_DIR}/share/man")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
