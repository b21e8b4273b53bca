//! The platforms: one platform, one file.
