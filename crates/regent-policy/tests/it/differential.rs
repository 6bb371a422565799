//! The compiled engine and the oracle give the same verdict on whatever is asked.

use proptest::prelude::*;

use crate::engine;
use crate::oracle;
use crate::questions::{config, question};

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn the_engine_decides_as_the_oracle_does(question in question()) {
        prop_assert_eq!(engine::ask(&question).verdict(), oracle::decide(&question));
    }
}
