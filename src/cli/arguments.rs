//! The arguments as written in `docs/cli.md`: a public contract that scripts rely on.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Where the store lies when nobody says otherwise.
pub const DEFAULT_DATA: &str = ".daylight";
/// Where the dashboards are served when nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8470";

/// Brings shadow IT into the open: reads Excel and Access estates, infers models, converts macros and proves equivalence.
#[derive(Debug, Parser)]
#[command(name = "daylight", version, about, max_term_width = 110)]
pub struct Arguments {
    /// Folder of the store; `.daylight` in the current folder by default.
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Discover, read, infer, convert and check files; append a snapshot to the store.
    Scan(ScanArguments),
    /// Serve the dashboards.
    Serve {
        #[arg(long, default_value = DEFAULT_LISTEN, value_name = "ADDR")]
        listen: SocketAddr,
        /// Scan these first.
        #[arg(long = "scan", value_name = "PATH")]
        scan: Vec<PathBuf>,
    },
    /// Infer one application model from files together, without a store.
    Infer(PathsArguments),
    /// Convert macros, queries and formulas to workflows.
    Convert(PathsArguments),
    /// Look at VBA code.
    #[command(subcommand)]
    Vba(VbaCommand),
    /// Look at formulas.
    #[command(subcommand)]
    Formula(FormulaCommand),
    /// Run macros.
    #[command(subcommand)]
    Macro(MacroCommand),
    /// Compare the legacy result with the workflow's, cell by cell.
    Replay(ReplayArguments),
    /// Look into Access files.
    #[command(subcommand)]
    Access(AccessCommand),
    /// The rows of files.
    #[command(subcommand)]
    Data(DataCommand),
    /// Judge a model by policy.
    Check {
        model: PathBuf,
        /// A JSON file of facts that scanning found (hits in free text, orphan rows, live copies…).
        #[arg(long, value_name = "F")]
        findings: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// Policy rules themselves.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Run a workflow of a model in the sandbox.
    Run(RunArguments),
    /// Bring in records for the KPIs.
    Import(ImportArguments),
    /// The KPIs.
    Kpi {
        /// Day to report for, YYYY-MM-DD; today by default.
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// What changed in meaning between two models.
    Diff {
        a: PathBuf,
        b: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// The record of everything.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// JSON Schema of the DSL.
    Schema,
    /// Settings.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
pub struct ScanArguments {
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Files read at the same time; the number of processors by default.
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct PathsArguments {
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum VbaCommand {
    /// VBA source of any Office or Access file, or of all files of a folder.
    Extract {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Parse VBA text and report what is malformed.
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum FormulaCommand {
    /// Compute every formula of workbooks and compare with the results Excel saved.
    Check(PathsArguments),
}

#[derive(Debug, Subcommand)]
pub enum MacroCommand {
    /// Convert a macro and run the workflow in the sandbox.
    Run(MacroRunArguments),
    /// Convert all macros of files and start each that computes on cells on its own workbook.
    Survey(PathsArguments),
}

#[derive(Debug, Args)]
pub struct MacroRunArguments {
    #[arg(long, value_name = "W", conflicts_with = "database")]
    pub workbook: Option<PathBuf>,
    #[arg(long, value_name = "D")]
    pub database: Option<PathBuf>,
    /// VBA source files; the workbook's own modules when none is given.
    #[arg(long = "module", value_name = "FILE")]
    pub modules: Vec<PathBuf>,
    /// `Main` or `Module1.Main`.
    #[arg(long = "macro", value_name = "NAME")]
    pub procedure: String,
    /// A VBA literal, else text.
    #[arg(long = "arg", value_name = "V", allow_hyphen_values = true)]
    pub arguments: Vec<String>,
    /// Answers for dialogs, in order.
    #[arg(long = "answer", value_name = "V", allow_hyphen_values = true)]
    pub answers: Vec<String>,
    /// A capability the macro may use, `file:PATH` for instance.
    #[arg(long = "grant", value_name = "CAP[:PATH]")]
    pub grants: Vec<String>,
    /// Save the workbook as it is after the run.
    #[arg(long, value_name = "OUT.xlsx")]
    pub save: Option<PathBuf>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ReplayArguments {
    pub file: PathBuf,
    #[arg(long = "macro", value_name = "NAME")]
    pub procedure: Option<String>,
    /// Use the workflows of this model instead of converting anew.
    #[arg(long, value_name = "MODEL.json")]
    pub model: Option<PathBuf>,
    /// The workbook as Excel saved it after the macro ran.
    #[arg(long, value_name = "FILE")]
    pub after: Option<PathBuf>,
    /// Instead of replaying, tell how many of N seeded mutants of each macro's workflow the replay would catch.
    #[arg(long, value_name = "N", conflicts_with_all = ["model", "after"])]
    pub mutants: Option<usize>,
    /// Chooses the mutants.
    #[arg(long, value_name = "S", default_value_t = 1, requires = "mutants")]
    pub seed: u64,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// What an Access database or export holds.
    Show {
        file: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// The rows, one file per table.
    Export {
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[arg(long, value_enum, default_value = "csv")]
        format: ExportFormat,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    Csv,
    Parquet,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Run every rule on its own cases.
    Test {
        #[arg(long)]
        json: bool,
    },
    /// Whether a rule fires on a model, on which facts, and the smallest change that flips it.
    Explain {
        rule: String,
        model: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct RunArguments {
    pub model: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub workflow: String,
    /// An input, `name=value`; the value is JSON, else text.
    #[arg(long = "input", value_name = "K=V")]
    pub inputs: Vec<String>,
    /// A workbook, database or delimited text that the workflow works on.
    #[arg(long = "data-in", value_name = "FILE")]
    pub data_in: Vec<PathBuf>,
    /// A service the workflow may call: a mock file or an address.
    #[arg(long = "service", value_name = "NAME=mock:FILE|URL")]
    pub services: Vec<String>,
    /// Run although policy asks for review, and record why.
    #[arg(long, value_name = "REASON")]
    pub approve: Option<String>,
    /// Judge and compile, but do not run; list the steps and what they would call.
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ImportArguments {
    #[arg(value_enum)]
    pub kind: RecordKind,
    pub file: PathBuf,
    /// Column for a field where the guess is wrong, `created=Opened`.
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    pub mapping: Vec<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecordKind {
    Backlog,
    Usage,
    Costs,
    Owners,
    /// Head counts of who could use an app.
    Eligible,
    /// Openings of legacy files.
    Legacy,
    /// Runs of apps recorded elsewhere.
    Runs,
    /// Deployments, of legacy projects and of apps here.
    Deploys,
    /// Service-level objectives of apps.
    Slo,
}

#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Check the hash chain and name the first bad record.
    Verify {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every setting with its value and where it came from.
    Show {
        #[arg(long)]
        json: bool,
    },
}
