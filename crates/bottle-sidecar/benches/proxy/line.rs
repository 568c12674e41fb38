//! The lines of the table.

/// One measured quantity. The order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Line {
    FirstStart,
    LaterStart,
    KeptRate,
    KeptMedian,
    KeptTail,
    SingleMedian,
    SingleTail,
    FreshRate,
    FreshMedian,
    FreshTail,
    Http2Rate,
    DownloadOne,
    DownloadFour,
    UploadOne,
    UploadFour,
    FirstEvent,
    KeptProcessor,
    FreshProcessor,
    Http2Processor,
    GigabyteProcessor,
    Memory,
    Failures,
}

impl Line {
    /// All of them, with what they are called and their units.
    pub(crate) const ALL: [(Self, &str); 22] = [
        (
            Self::FirstStart,
            "start to listening, the first time (makes its authority), ms",
        ),
        (Self::LaterStart, "start to listening, later, ms"),
        (
            Self::KeptRate,
            "16 kept-alive connections, GET of 1 KiB, requests/s",
        ),
        (Self::KeptMedian, "– p50, ms"),
        (Self::KeptTail, "– p99, ms"),
        (
            Self::SingleMedian,
            "one kept-alive connection, GET of 1 KiB, p50, ms",
        ),
        (Self::SingleTail, "– p99, ms"),
        (
            Self::FreshRate,
            "a new connection for each request, 8 workers, requests/s",
        ),
        (Self::FreshMedian, "– p50, ms"),
        (Self::FreshTail, "– p99, ms"),
        (
            Self::Http2Rate,
            "HTTP/2, 16 streams on one connection, GET of 1 KiB, requests/s",
        ),
        (Self::DownloadOne, "download, 1 stream, MB/s"),
        (Self::DownloadFour, "download, 4 streams, MB/s"),
        (Self::UploadOne, "upload, 1 stream, MB/s"),
        (Self::UploadFour, "upload, 4 streams, MB/s"),
        (Self::FirstEvent, "first event of a stream, ms"),
        (
            Self::KeptProcessor,
            "proxy's CPU for a kept-alive request, µs",
        ),
        (
            Self::FreshProcessor,
            "proxy's CPU for a new connection with its request, µs",
        ),
        (
            Self::Http2Processor,
            "proxy's CPU for an HTTP/2 request, µs",
        ),
        (
            Self::GigabyteProcessor,
            "proxy's CPU for a GB down or up, s",
        ),
        (Self::Memory, "proxy's memory after the run (PSS), MiB"),
        (Self::Failures, "failed requests"),
    ];
}
