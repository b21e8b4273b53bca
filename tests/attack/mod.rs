//! What a hostile or broken surrounding does to the library.
