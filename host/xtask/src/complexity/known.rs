//! Inputs whose cost was once quadratic, or much higher from some size on, or too much memory. Counting them is a short search for every
//! change.

use super::case::Case;
use super::draw;
use super::shape::{Piece, Run, Shape, Times};
use super::wrapping::Wrapping;

/// A case and the scale at which it is counted, where the part that grew was most of the cost.
pub(super) type Known = (Case, u64);

const UNIQUE: &str = "[plugins.checks.settings.rules.u]\ncheck = \"unique\"\ncolumns = [\"a\"]\n";

/// Small limits, so that small inputs exceed them.
const SMALL: &str = "[limits]\nrecord_bytes = \"256KiB\"\nfield_bytes = \"64KiB\"\n";

/// All known inputs.
pub(super) fn all() -> Vec<Known> {
    let plain =
        |name, body, rules| Case::known(name, of_three_columns(body), Wrapping::Plain, rules);
    let record = || Run::once("1,2,3\n");
    vec![
        (
            Case::known(
                "a header with duplicate names",
                Shape {
                    header: vec![scaled(vec![Piece::Few(10_000), text(",")]), Run::once("z\n")],
                    ..of_three_columns(vec![record()])
                },
                Wrapping::Plain,
                "",
            ),
            20_000,
        ),
        (
            Case::known(
                "blank lines before the header",
                Shape { before: vec![Run::scaled("\n")], ..of_three_columns(vec![record()]) },
                Wrapping::Plain,
                "",
            ),
            4 << 20,
        ),
        (
            plain(
                "a broken quote and junk to the end",
                vec![record(), Run::once("x\"y\n"), Run::scaled("junk\n"), Run::once("4,5,6\n")],
                SMALL,
            ),
            100_000,
        ),
        (
            plain(
                "blank lines after a record that is too long",
                vec![
                    Run::once("\""),
                    Run { times: Times::Always(300_000), ..Run::once("m") },
                    Run::scaled("\n"),
                    Run::once("junk\n4,5,6\n"),
                ],
                SMALL,
            ),
            500_000,
        ),
        (
            plain(
                "blank lines after a broken quote",
                vec![record(), Run::once("x\"y"), Run::scaled("\r\n"), Run::once("\r")],
                SMALL,
            ),
            125_000,
        ),
        (
            plain(
                "a long record with Windows-1252 letters far apart",
                vec![Run::scaled([[b' '; 200].as_slice(), b"\xe9"].concat()), Run::once(",2,3\n")],
                "",
            ),
            1_000,
        ),
        (plain("one key, repeated", vec![Run::scaled("A,1,2\n")], UNIQUE), 200_000),
        (
            Case::known(
                "little but quotes, compressed",
                of_three_columns(vec![Run::scaled("\n\"")]),
                Wrapping::Gzip,
                "",
            ),
            200_000,
        ),
        (
            Case::known_wide(
                "a growing number of columns",
                Shape {
                    before: vec![],
                    header: vec![scaled(vec![text("c"), Piece::Nth, text(",")]), Run::once("z\n")],
                    body: vec![Run::scaled("1,"), Run::once("z\n")],
                },
            ),
            2_000,
        ),
    ]
}

/// Inputs that once took more memory than `--memory` allows, and the scale at which they did.
pub(super) fn large() -> Vec<Known> {
    let cells = vec![Piece::Cells { width: 5_000, bits: 36 }, text("\n")];
    let names: Vec<String> = (0..5_000).map(draw::name).collect();
    let shape = Shape {
        before: vec![],
        header: vec![Run::once(names.join(",") + "\n")],
        body: vec![scaled(cells)],
    };
    [2, 16]
        .map(|threads| {
            let name = format!("5,000 columns of distinct cells, {threads} threads");
            (Case::known_wide(&name, shape.clone()).on(threads), 1_600)
        })
        .into()
}

fn of_three_columns(body: Vec<Run>) -> Shape {
    Shape { before: vec![], header: vec![Run::once("a,b,c\n")], body }
}

fn scaled(pieces: Vec<Piece>) -> Run {
    Run { pieces, times: Times::Scaled(1) }
}

fn text(text: &str) -> Piece {
    Piece::Text(text.as_bytes().to_vec())
}
