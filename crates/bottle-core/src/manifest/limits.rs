//! `limits`: what the agent's container may use.

use super::bottle::{BottleManifest, LIMITS};
use super::reader::Reader;
use crate::code::Code;
use crate::diagnostic::Position;
use crate::plan::{Cpus, LimitError, Memory, Pids};
use crate::source::Placed;
use crate::tree::{Node, Value};

/// Reads `limits` into the bottle.
pub(super) fn read(reader: &mut Reader<'_>, node: Node, bottle: &mut BottleManifest) {
    for (key, value) in reader.fields(node, LIMITS).unwrap_or_default() {
        let at = value.at;
        match key.text.as_str() {
            "cpus" => {
                let cpus = match &value.value {
                    Value::Text(text) => text.parse::<Cpus>(),
                    Value::Integer(number) => number.to_string().parse(),
                    Value::Float(number) => number.to_string().parse(),
                    _ => Err(LimitError::Cpus),
                };
                bottle.cpus = limit(reader, at, cpus, Code::LimitsCpus);
            }
            "memory" => {
                let memory = match &value.value {
                    Value::Text(text) => text.parse::<Memory>(),
                    Value::Integer(number) => u64::try_from(*number)
                        .map_err(|_| LimitError::Memory)
                        .and_then(Memory::try_from),
                    _ => Err(LimitError::Memory),
                };
                bottle.memory = limit(reader, at, memory, Code::LimitsMemory);
            }
            _ => {
                let pids = match value.value {
                    Value::Integer(number) => Pids::try_from(number),
                    _ => Err(LimitError::Pids),
                };
                bottle.pids = limit(reader, at, pids, Code::LimitsPids);
            }
        }
    }
}

fn limit<T>(
    reader: &mut Reader<'_>,
    at: Position,
    value: Result<T, LimitError>,
    code: Code,
) -> Option<Placed<T>> {
    match value {
        Ok(value) => Some(reader.placed(at, value)),
        Err(error) => {
            reader.problem(code, at, error.to_string(), None);
            None
        }
    }
}
