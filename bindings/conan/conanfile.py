"""libauth for Conan 2: `conan create bindings/conan`. Needs cargo, or LIBAUTH_BUILT naming a folder with built libraries."""

import os
import re
import subprocess

from conan import ConanFile
from conan.errors import ConanException
from conan.tools.files import copy, load, rm

# Of the repository, what the library is not built from.
LEFT_OUT = (".ci/", "bindings/java/", "bindings/python/", "fuzz/", "tests/vectors/")


class Libauth(ConanFile):
    name = "libauth"
    description = "Log in to, sign for and verify messages from five Chinese partner platforms"
    license = "MIT OR Apache-2.0"
    topics = ("ffi", "signature", "payment", "authentication", "webhook")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": True}

    @property
    def _repository(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        cargo = load(self, os.path.join(self._repository, "Cargo.toml"))
        self.version = re.search(r'^version = "(.*)"$', cargo, flags=re.M).group(1)

    def export_sources(self):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=self._repository, check=True, stdout=subprocess.PIPE)
        for name in listed.stdout.decode("utf-8").split("\0"):
            if name and not name.startswith(LEFT_OUT):
                copy(self, name, self._repository, self.export_sources_folder)

    def validate(self):
        if self.settings.os not in ("Linux", "Macos"):
            raise ConanException("libauth's recipe builds on Linux and macOS; for Windows take the released archive")

    def package_id(self):
        # One build by Rust, whatever C compiler the program has.
        del self.info.settings.compiler
        del self.info.settings.build_type

    def build(self):
        if not os.environ.get("LIBAUTH_BUILT"):
            # The folder is printed at its end; packaging asks for it again, and finds all done.
            self.run("cargo run --quiet --locked --package tools -- library --release", cwd=self.source_folder)

    def package(self):
        self.run(f'sh bindings/install.sh "{self.package_folder}"', cwd=self.source_folder)
        library = os.path.join(self.package_folder, "lib")
        for left_out in ["libauth.a"] if self.options.shared else ["libauth.so*", "libauth*.dylib"]:
            rm(self, left_out, library)

    def package_info(self):
        self.cpp_info.libs = ["auth"]
        self.cpp_info.set_property("cmake_file_name", "libauth")
        kind = "shared" if self.options.shared else "static"
        self.cpp_info.set_property("cmake_target_name", f"libauth::{kind}")
        self.cpp_info.set_property("cmake_target_aliases", ["libauth::libauth"])
        self.cpp_info.set_property("pkg_config_name", "libauth")
        if not self.options.shared and self.settings.os == "Linux":
            self.cpp_info.system_libs = ["gcc_s", "util", "rt", "pthread", "m", "dl", "c"]
        if not self.options.shared and self.settings.os == "Macos":
            self.cpp_info.system_libs = ["iconv", "m"]
            self.cpp_info.frameworks = ["Security", "CoreFoundation"]
