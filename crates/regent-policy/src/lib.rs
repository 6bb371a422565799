//! The AWS policy language: parse, compile, decide, explain.
