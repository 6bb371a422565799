//! The compiled engine and the oracle give the same verdict on whatever is asked.

use proptest::prelude::*;

use crate::engine;
use crate::oracle;
use crate::questions::question;

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_decides_as_the_oracle_does(question in question()) {
        prop_assert_eq!(engine::ask(&question).verdict(), oracle::decide(&question));
    }
}
