//! Certificates in files, as `ca_file` wants them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A PEM file that is removed on drop.
pub struct Pem(PathBuf);

impl Pem {
    pub fn new(text: &str) -> Pem {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("libauth-ca-{}-{number}.pem", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Pem(path)
    }

    pub fn path(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }
}

impl Drop for Pem {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
