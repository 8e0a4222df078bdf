//! `assay sample`: generate a file and its truth file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use assay_model::shown;
use assay_packs::{Catalogue, Layout};
use assay_sample::{Generator, Profile, Request};

use crate::args::SampleArgs;
use crate::exit::ExitStatus;
use crate::output;
use crate::surroundings::discovery;

pub(crate) fn execute(args: &SampleArgs) -> Result<ExitStatus> {
    let discovery = discovery(&args.rules)?;
    let catalogue = Catalogue::open(discovery.rules())?;
    let folder = discovery.rules().join(&args.dataset).join(&args.kind);
    let profile = load(&folder, args, discovery.rules())?;
    let partition = partition(&profile, args)?;
    let layout = layout(&catalogue, &profile, &partition, args)?;
    let aliases = layout
        .columns()
        .iter()
        .zip(layout.header())
        .filter(|(canonical, spelling)| canonical != spelling)
        .map(|(canonical, spelling)| (canonical.clone(), spelling.clone()))
        .collect();
    let request = Request {
        partition,
        layout: layout.name().to_owned(),
        header: layout.header().to_vec(),
        aliases,
        rows: args.rows,
        seed: args.seed,
        defects: args.defects,
    };
    let mut generator = Generator::new(&profile, request)?;
    if args.output.as_os_str() == "-" {
        let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
        match generator.write(&mut out, &mut io::sink(), &mut |_| {}).and_then(|_| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => return Ok(ExitStatus::Success),
        }
    }
    let (truth, totals) = (
        args.output.with_added_extension("truth.tsv"),
        args.output.with_added_extension("truth.json"),
    );
    let summary = {
        let mut out = create(&args.output)?;
        let mut rows = create(&truth)?;
        let summary = generator
            .write(&mut out, &mut rows, &mut |_| {})
            .and_then(|summary| out.flush().and_then(|()| rows.flush()).map(|()| summary));
        summary.with_context(|| format!("cannot write `{}`", shown(args.output.display())))?
    };
    let text = serde_json::to_string_pretty(&summary.to_json())? + "\n";
    std::fs::write(&totals, text)
        .with_context(|| format!("cannot write `{}`", shown(totals.display())))?;
    output::text(&format!(
        "{}\n  {} records, {} bytes, layout {}\n  {} records carry a defect: {}\n  totals: {}\n",
        shown(args.output.display()),
        summary.records,
        summary.bytes,
        layout.name(),
        summary.defective,
        shown(truth.display()),
        shown(totals.display())
    ))?;
    Ok(ExitStatus::Success)
}

fn load(folder: &Path, args: &SampleArgs, rules: &Path) -> Result<Profile> {
    let path = folder.join("sample.toml");
    if path.is_file() {
        return Ok(Profile::load(&path)?);
    }
    let mut known = Vec::new();
    for dataset in std::fs::read_dir(rules).into_iter().flatten().flatten() {
        for kind in std::fs::read_dir(dataset.path()).into_iter().flatten().flatten() {
            if kind.path().join("sample.toml").is_file() {
                let names = (dataset.file_name(), kind.file_name());
                known.push(format!(
                    "`{} {}`",
                    names.0.to_string_lossy(),
                    names.1.to_string_lossy()
                ));
            }
        }
    }
    known.sort();
    bail!(
        "no sample of `{} {}`: `{}` does not exist\nhelp: samples exist of {}",
        args.dataset,
        args.kind,
        shown(path.display()),
        known.join(", ")
    )
}

/// `--year` sets the profile's first key.
fn partition(profile: &Profile, args: &SampleArgs) -> Result<Vec<(String, String)>> {
    let key = profile.partition_keys().find(|key| key.ends_with("year")).context(
        "the profile has no partition key whose name ends with `year`, so `--year` has no effect",
    )?;
    Ok(vec![(key.to_owned(), args.year.to_string())])
}

fn layout(
    catalogue: &Catalogue,
    profile: &Profile,
    partition: &[(String, String)],
    args: &SampleArgs,
) -> Result<std::sync::Arc<Layout>> {
    let possible = profile.layouts_for(partition);
    let wanted = match &args.layout {
        Some(named) => named.as_str(),
        None => *possible.last().with_context(|| {
            format!("the profile does not generate files of {}; see `sample.toml`", args.year)
        })?,
    };
    if !possible.contains(&wanted) {
        bail!(
            "the profile does not generate files of {} in the layout `{wanted}`\nhelp: it generates {}",
            args.year,
            possible.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        );
    }
    let known =
        catalogue.datasets().flat_map(|dataset| dataset.layouts().cloned().collect::<Vec<_>>());
    known.into_iter().find(|layout| layout.name() == wanted).with_context(|| {
        format!("no dataset declares the layout `{wanted}` that the profile names")
    })
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file =
        File::create(path).with_context(|| format!("cannot create `{}`", shown(path.display())))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}
