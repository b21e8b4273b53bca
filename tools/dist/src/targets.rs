//! The machines that libauth is shipped for.

/// What decides how a library is made, packed and tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux with glibc.
    Gnu,
    /// Linux with musl: Alpine.
    Musl,
    /// Windows; the library runs with every compiler's programs.
    Windows,
}

/// A machine.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// As Rust calls it.
    pub triple: &'static str,
    /// As zig's C compiler calls it, with the oldest glibc.
    pub zig: &'static str,
    pub system: System,
    /// As Linux calls its processor.
    pub processor: &'static str,
    /// The platform tag of its wheel.
    pub wheel: &'static str,
    /// JNA's name for it, where a JVM with JNA runs on it.
    pub jna: Option<&'static str>,
    /// As Debian calls its processor, and its folder of libraries.
    pub debian: Option<(&'static str, &'static str)>,
}

/// The oldest glibc that is promised: RHEL 7's.
pub const GLIBC: (u32, u32) = (2, 17);

pub const ALL: &[Target] = &[
    Target {
        triple: "x86_64-unknown-linux-gnu",
        zig: "x86_64-linux-gnu.2.17",
        system: System::Gnu,
        processor: "x86_64",
        wheel: "manylinux_2_17_x86_64.manylinux2014_x86_64",
        jna: Some("linux-x86-64"),
        debian: Some(("amd64", "x86_64-linux-gnu")),
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        zig: "aarch64-linux-gnu.2.17",
        system: System::Gnu,
        processor: "aarch64",
        wheel: "manylinux_2_17_aarch64.manylinux2014_aarch64",
        jna: Some("linux-aarch64"),
        debian: Some(("arm64", "aarch64-linux-gnu")),
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        zig: "x86_64-linux-musl",
        system: System::Musl,
        processor: "x86_64",
        wheel: "musllinux_1_2_x86_64",
        jna: None,
        debian: None,
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        zig: "aarch64-linux-musl",
        system: System::Musl,
        processor: "aarch64",
        wheel: "musllinux_1_2_aarch64",
        jna: None,
        debian: None,
    },
    Target {
        triple: "x86_64-pc-windows-gnu",
        zig: "x86_64-windows-gnu",
        system: System::Windows,
        processor: "x86_64",
        wheel: "win_amd64",
        jna: Some("win32-x86-64"),
        debian: None,
    },
];

impl Target {
    /// As cargo-zigbuild calls it.
    pub fn for_zigbuild(&self) -> String {
        match self.system {
            System::Gnu => format!("{}.{}.{}", self.triple, GLIBC.0, GLIBC.1),
            System::Musl | System::Windows => self.triple.to_owned(),
        }
    }

    /// Whether this machine runs its programs.
    pub fn is_here(&self) -> bool {
        cfg!(target_os = "linux")
            && self.system == System::Gnu
            && self.processor == std::env::consts::ARCH
    }

    /// The shared library's file.
    pub fn library(&self) -> &'static str {
        match self.system {
            System::Windows => "auth.dll",
            System::Gnu | System::Musl => "libauth.so",
        }
    }

    /// The command's file.
    pub fn command(&self) -> &'static str {
        match self.system {
            System::Windows => "libauth.exe",
            System::Gnu | System::Musl => "libauth",
        }
    }
}
