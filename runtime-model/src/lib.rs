//! runtime-model
