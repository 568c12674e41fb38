//! `Display`, `FromStr`-backed serde and friends for newtypes that are one piece of text.

/// Implements `Display`, `AsRef<str>` and serde (as a string) for a newtype over a `String` or an `Arc<str>`.
macro_rules! text_newtype {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        crate::text::serde_as_text!($name);
    };
}

/// Implements serde as a string for a type with `FromStr` and `Display`.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Whether a text begins with a letter or digit and has only these and the given ones, all ASCII, at most `max` bytes.
pub(crate) fn is_word(text: &str, further: &[u8], max: usize) -> bool {
    let begins_well = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || further.contains(&byte));
    begins_well && plain && text.len() <= max
}

pub(crate) use {serde_as_text, text_newtype};
