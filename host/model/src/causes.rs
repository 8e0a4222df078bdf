//! An error and its chain of causes.

use std::error::Error;
use std::iter::successors;

/// The error itself, its cause, the cause of that, and so on to the root cause.
pub fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Caused(&'static str, Option<Box<Caused>>);

    impl std::fmt::Display for Caused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Caused {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    #[test]
    fn from_the_error_to_the_first_cause() {
        let check = |error: &Caused, expected: &[&str]| {
            let texts: Vec<String> = causes(error).map(ToString::to_string).collect();
            assert_eq!(texts, expected);
        };
        check(&Caused("a", None), &["a"]);
        let caused = Caused("b", Some(Box::new(Caused("c", None))));
        check(&Caused("a", Some(Box::new(caused))), &["a", "b", "c"]);
    }
}
