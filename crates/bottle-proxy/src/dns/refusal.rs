//! The one answer to every DNS query.

use bottle_core::Guard;
use hickory_proto::op::{Message, MessageType, ResponseCode};

/// `REFUSED` for a query; nothing for what is not one.
pub(super) fn refuse(query: &[u8]) -> Option<Vec<u8>> {
    let query = Message::from_vec(query).ok()?;
    if query.metadata.message_type != MessageType::Query {
        return None;
    }
    let refused = if Guard::DnsRefusal.is_on() {
        ResponseCode::Refused
    } else {
        ResponseCode::NoError
    };
    let mut answer = Message::error_msg(query.metadata.id, query.metadata.op_code, refused);
    answer.metadata.recursion_desired = query.metadata.recursion_desired;
    answer.queries = query.queries;
    answer.to_vec().ok()
}

#[cfg(test)]
mod tests {
    use super::refuse;
    use hickory_proto::op::{Message, Query, ResponseCode};
    use hickory_proto::rr::{Name, RecordType};

    #[test]
    fn queries_are_refused_and_answers_ignored() {
        let mut query = Message::query();
        query.add_query(Query::query(
            Name::from_ascii("secret.evil.test.").unwrap(),
            RecordType::TXT,
        ));
        let answer = refuse(&query.to_vec().unwrap()).unwrap();
        let read = Message::from_vec(&answer).unwrap();
        assert_eq!(read.metadata.response_code, ResponseCode::Refused);
        assert_eq!(
            (read.metadata.id, &read.queries),
            (query.metadata.id, &query.queries)
        );
        assert!(read.answers.is_empty());
        assert_eq!(
            refuse(&answer),
            None,
            "an answer to an answer would be a loop"
        );
        assert_eq!(refuse(b"garbage"), None);
        assert_eq!(refuse(b""), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..120)) {
            let _ = refuse(&bytes);
        }
    }
}
