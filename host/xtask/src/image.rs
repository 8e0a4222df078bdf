//! `image`: assembles the container image of `assay`, builds it twice, and runs it without anything from outside it.
//!
//! It is FROM scratch, so it contains only what is assembled here. `terraform/image/README.md` describes its use.

mod bill;
mod compare;
mod context;
mod engine;
mod program;
mod roots;
mod source;
mod start;
mod trial;
mod trust;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::python::{self, Place};
use crate::{plugins, rarely, shell};
use context::Parts;
use engine::Engine;
use program::Program;

/// Validates the bill of materials against `CycloneDX`'s own schema.
const CHECKER: Place = Place {
    folder: "image/venv",
    requirements: "terraform/image/requirements.txt",
    from_source: &[],
};

/// Builds the image and tests it. `--context` stops before the build; `--measure` compares the program with the usual one.
pub(crate) fn run(checkout: &Checkout, options: &[&str]) -> Result<()> {
    let context_only = match options {
        [] => false,
        ["--context"] => true,
        ["--measure"] => return compare::run(checkout),
        other => bail!(
            "`{}` is not an option of `image`; expected `--context`, which only assembles the image's files, or `--measure`, \
             which compares the image's program with an ordinarily linked one",
            other.join(" ")
        ),
    };
    // With a lock that does not match, every run in the image would be refused.
    plugins::check(checkout)?;
    let binary = Program::Image.build(checkout)?;
    let home = checkout.output().join("image");
    let facts = source::facts(checkout)?;
    let context = home.join("context");
    context::lay_out(&context, &parts(checkout, &binary)?)?;
    check_bill(checkout, &context)?;
    println!("\nfiles      {}", checkout.relative(&context));
    if context_only {
        println!("{}", engine::by_docker(checkout, &context, &facts));
        return Ok(());
    }
    let Some(engine) = Engine::find() else {
        println!("{}", engine::by_docker(checkout, &context, &facts));
        println!(
            "SKIPPED: no image was built or tested: found neither buildah nor a running docker daemon\n  help: `apt-get install buildah \
             umoci bubblewrap` on Debian and Ubuntu"
        );
        return Ok(());
    };

    let built = engine.build(checkout, &home, &context, &facts)?;
    // Everything except compilation again, in other folders: the same files must give the same image.
    let again = home.join("again");
    context::lay_out(&again.join("context"), &parts(checkout, &binary)?)?;
    let second = engine.build(checkout, &again, &again.join("context"), &facts)?;
    if built.id != second.id {
        bail!(
            "the same files gave two images, `{}` and `{}`; expected one id\n  help: compare `{}` and `{}`",
            built.id,
            second.id,
            checkout.relative(&built.archive),
            checkout.relative(&second.archive)
        );
    }
    fs::remove_dir_all(&again).with_context(|| format!("cannot remove `{}`", again.display()))?;
    println!("image      {} (built twice)", built.id);
    println!("archive    {}", checkout.relative(&built.archive));
    println!("version    {} · revision {}", facts.version, facts.revision);
    match trial::run(checkout, &built, &home)? {
        trial::Outcome::Passed(what) => {
            println!("trial run  {what}");
            rarely::note(checkout, "cargo xtask image", &format!("same id twice; {what}"))
        }
        trial::Outcome::Missing(programs) => {
            println!(
                "SKIPPED: the image was not tested: `{}` not found on the path\n  help: `apt-get install umoci bubblewrap` on Debian and Ubuntu",
                programs.join("`, `")
            );
            Ok(())
        }
    }
}

/// The parts of the image.
fn parts(checkout: &Checkout, binary: &Path) -> Result<Parts> {
    let program = Program::Image;
    let mut trees = vec![tree(checkout, "assay", program.target(), program.features())?];
    for plugin in checkout.plugins()? {
        trees.push(tree(checkout, &plugin.package, crate::target::TARGET, &[])?);
    }
    let lock = checkout.root().join("Cargo.lock");
    let lock =
        fs::read_to_string(&lock).with_context(|| format!("cannot read `{}`", lock.display()))?;
    let bill = bill::bill(&trees, &lock, &checkout.toolchain()?.release)?;
    Ok(Parts {
        binary: binary.to_owned(),
        rules: checkout.root().join("rules"),
        plugins: checkout.plugins_dir(),
        license: checkout.root().join("LICENSE"),
        bill: format!("{bill:#}\n"),
        roots: roots::bundle(),
    })
}

/// Validates the bill in the context with `CycloneDX`'s Python library.
fn check_bill(checkout: &Checkout, context: &Path) -> Result<()> {
    let python = python::make(checkout, &CHECKER)?;
    let mut check = Command::new(python);
    check.current_dir(checkout.root()).args(["-B", "terraform/image/bill.py"]);
    shell::run(check.arg(context.join(context::BILL)))
}

/// The crates in a program or a plugin, according to cargo, without those only needed to compile it.
fn tree(checkout: &Checkout, package: &str, target: &str, features: &[&str]) -> Result<String> {
    let mut cargo: Command = checkout.cargo();
    cargo.args(["tree", "--locked", "--package", package, "--target", target]).args(features);
    cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", bill::FORMAT]);
    shell::output_of(&mut cargo)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the Containerfile, without comments and blank lines.
    fn lines() -> Vec<&'static str> {
        let text = include_str!("../../../terraform/image/Containerfile");
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    #[test]
    fn the_image_has_no_base_runs_nothing_and_is_nobody() {
        let lines = lines();
        let begin = |word: &str| lines.iter().filter(|line| line.starts_with(word)).count();
        assert_eq!(lines[0], "FROM scratch");
        assert_eq!(begin("FROM "), 1);
        assert_eq!(
            (begin("RUN "), begin("ADD ")),
            (0, 0),
            "the build must not run or download anything"
        );
        for line in [
            "USER 10001:10001",
            r#"ENTRYPOINT ["/usr/bin/assay"]"#,
            "ENV PATH=/usr/bin",
            "ENV ASSAY_CACHE=off",
            r#"VOLUME ["/tmp"]"#,
        ] {
            assert!(lines.contains(&line), "{line}");
        }
    }

    #[test]
    fn all_that_is_laid_out_is_copied() {
        let copied: Vec<_> =
            lines().iter().filter_map(|line| line.strip_prefix("COPY ")?.split_once(' ')).collect();
        for path in context::PLACES {
            let (layer, _) = path.split_once('/').unwrap();
            assert!(copied.contains(&(layer, "/")), "{path} is not in the image");
        }
        let (_, certificates) = context::ROOTS.split_once('/').unwrap();
        let named = format!("ENV SSL_CERT_FILE=/{certificates}");
        assert!(lines().contains(&named.as_str()), "{named}");
        for (name, value) in Program::Image.variables() {
            let named = format!("ENV {name}={value}");
            assert!(
                lines().contains(&named.as_str()),
                "{named} is missing, so `--measure` does not measure what runs"
            );
        }
    }
}
