//! `docs/speed-s3.md`: the latest tables, the machine they were measured on, and how to repeat them.

use super::options::Options;
use super::report::Report;
use super::requests::{PRICED, READ, WRITE};
use crate::versus;

pub(super) fn render(report: &Report, tables: &str, options: &Options) -> String {
    format!(
        "\
# A bucket beside the disk

Written by `cargo xtask speed s3 --write`; do not edit. One file of {megabytes:.0} MB, 91 columns, the rules and the pack of
[versus.md](versus.md), all measured in turn in one run, {rounds} rounds; medians.

{tables}
- **CPU s** is user and system time of the program alone, as the kernel counts it, without the server's and the link's. **vs. disk** is
  the median of the rounds' ratios.
- **wall s** and **MB/s** (of the file) are affected by other load: server, link and program share its {cores} cores.
- **peak MB** is the process's highest resident memory in any round.
- `assay run` reads its input twice, from the bucket, and publishes into a bucket; `--spool` copies the input to a local file first. The
  Parquet files in the bucket are byte for byte those on the disk; otherwise the command would have failed.
- DuckDB and Polars do the job of [versus.md](versus.md) with the object as their input, and write to the disk. `aws s3 cp` copies the object
  without reading its contents.
- The server is versitygw, on the loopback interface, without TLS; the figures exclude the cost of TLS.
- The link: {latency} ms each way, so {round_trip} ms from a request to the first byte of its answer; {connection} MB/s per connection, {all} MB/s in total, in each
  direction. **MB carried** is the amount sent by the server.
- Prices: S3 Standard in us-east-1, {priced}: ${write} per thousand PUT, COPY, POST or LIST requests, ${read} per thousand GET and other requests;
  DELETE and aborted uploads are free. Within the region, data transfer is free.

## Machine
| | |
|---|---|
{machine}
To repeat the measurement:

```
{command} --write
```
",
        megabytes = report.megabytes,
        rounds = options.rounds,
        cores = report.machine["cores"],
        latency = options.latency,
        round_trip = 2 * options.latency,
        connection = options.connection,
        all = options.all,
        priced = PRICED,
        write = WRITE,
        read = READ,
        machine = versus::machine(&report.machine),
        command = options.command(),
    )
}
