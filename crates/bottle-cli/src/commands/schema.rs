//! `bottle schema`: JSON Schema of the front matters.

use bottle_core::Schema;

use crate::args::{SchemaArgs, SchemaOf};
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) fn run(args: &SchemaArgs, host: &HostSide) -> Exit {
    let schema = match args.of {
        SchemaOf::Agent => Schema::Agent,
        SchemaOf::Bottle => Schema::Bottle,
    };
    host.printer.data(schema.json());
    Exit::Fine
}
