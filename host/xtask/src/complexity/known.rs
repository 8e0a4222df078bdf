//! Inputs that once cost the square of their size: a short search of their own for every change.

use super::case::Case;
use super::shape::{Piece, Run, Shape, Times};
use super::wrapping::Wrapping;

/// A case and the scale at which it is counted: where what grew with the square was most of the cost.
pub(super) type Known = (Case, u64);

const HEADER: &str = "a,b,c\n";
const UNIQUE: &str = "[plugins.checks.settings.rules.u]\ncheck = \"unique\"\ncolumns = [\"a\"]\n";

/// All of them.
pub(super) fn all() -> Vec<Known> {
    let plain =
        |name, shape, rules, scale| (Case::known(name, shape, Wrapping::Plain, rules), scale);
    let body = |body| Shape { before: vec![], header: vec![Run::once(HEADER)], body };
    let record = || Run::once("1,2,3\n");
    let text = |text: &str| Piece::Text(text.as_bytes().to_vec());
    let names = || Run { pieces: vec![Piece::Nth, text(",")], times: Times::Scaled(1) };
    vec![
        plain(
            "a header of names that come twice",
            Shape {
                before: vec![],
                // Names count on, so that these are the same numbers again without their first digit.
                header: vec![
                    Run { pieces: vec![Piece::Few(10_000), text(",")], ..names() },
                    Run::once("z\n"),
                ],
                body: vec![record()],
            },
            "",
            20_000,
        ),
        plain(
            "blank lines before the header",
            Shape { before: vec![Run::scaled("\n")], ..body(vec![record()]) },
            "",
            16 << 20,
        ),
        plain(
            "a broken quote and junk to the end",
            body(vec![record(), Run::once("x\"y\n"), Run::scaled("junk\n"), Run::once("4,5,6\n")]),
            "",
            400_000,
        ),
        plain(
            "blank lines after a record that is too long",
            body(vec![
                Run::once("\""),
                Run { times: Times::Always(4_300_000), ..Run::once("m") },
                Run::scaled("\n"),
                Run::once("junk\n4,5,6\n"),
            ]),
            "",
            50_000,
        ),
        plain("one key again and again", body(vec![Run::scaled("A,1,2\n")]), UNIQUE, 200_000),
        (
            Case::known(
                "gzip of little else than quotes",
                body(vec![Run::scaled("\n\"")]),
                Wrapping::Gzip,
                "",
            ),
            500_000,
        ),
    ]
}
