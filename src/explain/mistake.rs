//! The catalogue: what people do wrong when they sign, and what to do instead.

/// A known mistake in somebody's signature. Its [name](Mistake::name) is part of the C ABI and never
/// changes; the numbers only tell the mistakes apart in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Mistake {
    /// The gateway prefix was signed too.
    PathPrefix = 1,
    /// The beginning of the path was left out.
    PathPrefixMissing = 2,
    /// The query was signed too.
    PathQuery = 3,
    /// The host, or the full URL, was signed.
    PathHost = 4,
    /// A slash of the path is missing or too many.
    PathSlash = 5,
    /// The path was not signed.
    PathMissing = 6,
    /// The path is in upper or lower case.
    PathCase = 7,
    /// The path was percent-encoded or decoded.
    PathEncoded = 8,
    /// The HTTP method was signed too.
    MethodIncluded = 9,
    /// The path was signed where only headers and body are.
    PathIncluded = 10,
    /// Another endpoint's path was signed.
    PathOther = 11,

    /// The body was parsed and written again.
    BodyReserialized = 20,
    /// The body was pretty-printed.
    BodyPrettyPrinted = 21,
    /// The body was not signed.
    BodyMissing = 22,
    /// The body was signed in front.
    BodyFirst = 23,
    /// A member of the body was dropped or added between signing and sending.
    BodyMembers = 24,
    /// A value of the body changed its type.
    BodyValues = 25,
    /// The body was signed as a form or query string.
    BodyAsForm = 26,
    /// A language's own text of an object was signed.
    BodyToString = 27,
    /// The body was turned into a JSON string once more.
    BodyStringifiedTwice = 28,
    /// White space in the body differs.
    BodyWhitespace = 29,
    /// A digest of the body, or its base64, was signed in its place.
    BodyHashed = 30,
    /// The body was signed twice.
    BodyTwice = 31,
    /// Only a part of the body was signed, or it was wrapped into something.
    BodyPart = 32,

    /// There is a line break at the end.
    LineBreak = 40,
    /// There is a space at the beginning or the end.
    ExtraSpace = 41,
    /// There is a byte order mark.
    ByteOrderMark = 42,
    /// GBK bytes were signed.
    Gbk = 43,
    /// UTF-16 bytes were signed.
    Utf16 = 44,
    /// The text went through an encoding without these characters.
    Latin1 = 45,
    /// UTF-8 was encoded as UTF-8 once more.
    Utf8Twice = 46,
    /// The values, or the whole string, were URL-encoded.
    UrlEncoded = 47,
    /// The string was URL-decoded.
    UrlDecoded = 48,
    /// The string was put in upper case.
    UpperCased = 49,
    /// The string was put in lower case.
    LowerCased = 50,
    /// There is something between the parts, or something else than there should be.
    Separator = 51,
    /// There is an ampersand at the end.
    TrailingAmpersand = 52,
    /// A digest of the string was signed in place of the string.
    HashedTwice = 53,
    /// Quotes stand around the string.
    Quoted = 54,
    /// The string was escaped for another language.
    Escaped = 55,
    /// A character of the string is missing at its end or beginning.
    StringCut = 56,
    /// Characters beyond U+FFFF were encoded as two surrogates.
    Cesu8 = 57,

    /// White space, or something invisible, came with the key.
    KeyWhitespace = 60,
    /// The key is in upper or lower case.
    KeyCase = 61,
    /// The key was decoded from hex or base64.
    KeyDecoded = 62,
    /// The key was encoded.
    KeyEncoded = 63,
    /// A digest of the key was used as the key.
    KeyHashed = 64,
    /// Another credential was used as the key.
    KeyOther = 65,
    /// No key was used.
    KeyMissing = 66,
    /// Key and message were swapped.
    KeySwapped = 67,
    /// The key stands at the wrong place.
    KeyPosition = 68,
    /// `&sign=` was appended for `&key=`.
    SignForKey = 69,
    /// The key was appended under another name, or none.
    KeyName = 70,
    /// The key was not upper-cased with the rest.
    KeyNotUpperCased = 71,
    /// The key of the HMAC was upper-cased.
    HmacKeyUpperCased = 72,
    /// Something was added to the key.
    KeySuffix = 73,
    /// Only a part of the key was used.
    KeyTruncated = 74,

    /// Another hash was used.
    WrongHash = 80,
    /// A plain hash was used for an HMAC.
    HashForHmac = 81,
    /// An HMAC was used for a plain hash.
    HmacForHash = 82,
    /// The RSA signature has another padding.
    RsaPadding = 83,
    /// A digest was sent in place of an RSA signature.
    RsaMissing = 84,

    /// Empty values were left out.
    EmptyLeftOut = 100,
    /// Empty values were signed.
    EmptyIncluded = 101,
    /// Nulls were signed.
    NullIncluded = 102,
    /// The signature itself was signed.
    SignIncluded = 103,
    /// A parameter was not signed.
    ParameterLeftOut = 104,
    /// The parameters are in another order.
    ParameterOrder = 105,
    /// Quotes or backslashes were not removed.
    QuotesKept = 106,
    /// The string was not upper-cased.
    NotUpperCased = 107,
    /// A number was written in another way.
    NumberFormat = 108,
    /// Nested data was written in another way.
    NestedFormat = 109,
    /// Nested data was flattened.
    NestedFlattened = 110,
    /// The names were left out.
    NamesLeftOut = 111,
    /// The JSON text was signed.
    JsonSigned = 112,
    /// A time was signed in another form.
    TimeFormat = 113,
    /// The case was changed by the rules of Turkish.
    LocaleCase = 114,
    /// Only some letters were put in upper case.
    AsciiUpperCased = 115,
    /// The parameters' names are spelled in another way.
    NameSpelling = 116,
    /// It was signed by the rule of DaxPay's edition 2.
    Edition2 = 117,
    /// It was signed by the rule of DaxPay's edition 3.
    Edition3 = 118,
    /// It was signed by the rule of DaxPay's edition open.
    EditionOpen = 119,

    /// `signType` was not signed.
    SignTypeMissing = 120,
    /// `signType` was signed though it is not sent.
    SignTypeExtra = 121,
    /// `signType` was signed with another value.
    SignTypeValue = 122,
    /// A header was not signed.
    HeaderLeftOut = 123,
    /// The headers' names are spelled in another way.
    HeaderSpelling = 124,
    /// The headers are in another order.
    HeaderOrder = 125,
    /// The headers were not signed.
    HeadersMissing = 126,
    /// The timestamp is not in milliseconds.
    TimestampUnit = 127,
    /// A header was signed that is not signed.
    HeaderExtra = 128,
    /// A header was signed with another value.
    HeaderValue = 129,
    /// Nested data was not flattened.
    NotFlattened = 130,
    /// A parameter was signed that is not sent.
    ParameterExtra = 131,
    /// A value was signed in another form than it is sent.
    ValueChanged = 132,

    /// The signature is in hex, not in base64.
    HexForBase64 = 140,
    /// The signature is in base64, not in hex.
    Base64ForHex = 141,
    /// The signature is in the wrong case.
    SignatureCase = 142,
    /// The signature is base64 of its hex.
    Base64OfHex = 143,
    /// The signature was encoded twice.
    SignatureEncodedTwice = 144,
    /// The signature is in the URL-safe alphabet.
    UrlSafeBase64 = 145,
    /// The padding of base64 is missing.
    PaddingMissing = 146,
    /// The signature was URL-encoded.
    SignatureUrlEncoded = 147,
    /// The signature was URL-decoded, and a `+` became a space.
    SignatureUrlDecoded = 148,
    /// Line breaks stand in the signature.
    SignatureLineBreaks = 149,
    /// White space stands around the signature.
    SignatureWhitespace = 150,
    /// Quotes, a name or escapes stand around the signature.
    SignatureWrapped = 151,
    /// Separators stand between the bytes of the hex.
    HexSeparators = 152,
    /// Zeros of the hex were lost.
    HexZerosLost = 153,
    /// The signature's bytes were written as numbers.
    BytesAsNumbers = 154,
    /// The signature was cut.
    Truncated = 155,
    /// The signature was damaged on its way.
    Damaged = 156,
    /// The signature's bytes went through a text.
    BytesAsText = 157,
}

impl Mistake {
    /// All mistakes, in the order of their numbers.
    pub const ALL: &[Mistake] = &[
        Mistake::PathPrefix,
        Mistake::PathPrefixMissing,
        Mistake::PathQuery,
        Mistake::PathHost,
        Mistake::PathSlash,
        Mistake::PathMissing,
        Mistake::PathCase,
        Mistake::PathEncoded,
        Mistake::MethodIncluded,
        Mistake::PathIncluded,
        Mistake::PathOther,
        Mistake::BodyReserialized,
        Mistake::BodyPrettyPrinted,
        Mistake::BodyMissing,
        Mistake::BodyFirst,
        Mistake::BodyMembers,
        Mistake::BodyValues,
        Mistake::BodyAsForm,
        Mistake::BodyToString,
        Mistake::BodyStringifiedTwice,
        Mistake::BodyWhitespace,
        Mistake::BodyHashed,
        Mistake::BodyTwice,
        Mistake::BodyPart,
        Mistake::LineBreak,
        Mistake::ExtraSpace,
        Mistake::ByteOrderMark,
        Mistake::Gbk,
        Mistake::Utf16,
        Mistake::Latin1,
        Mistake::Utf8Twice,
        Mistake::UrlEncoded,
        Mistake::UrlDecoded,
        Mistake::UpperCased,
        Mistake::LowerCased,
        Mistake::Separator,
        Mistake::TrailingAmpersand,
        Mistake::HashedTwice,
        Mistake::Quoted,
        Mistake::Escaped,
        Mistake::StringCut,
        Mistake::Cesu8,
        Mistake::KeyWhitespace,
        Mistake::KeyCase,
        Mistake::KeyDecoded,
        Mistake::KeyEncoded,
        Mistake::KeyHashed,
        Mistake::KeyOther,
        Mistake::KeyMissing,
        Mistake::KeySwapped,
        Mistake::KeyPosition,
        Mistake::SignForKey,
        Mistake::KeyName,
        Mistake::KeyNotUpperCased,
        Mistake::HmacKeyUpperCased,
        Mistake::KeySuffix,
        Mistake::KeyTruncated,
        Mistake::WrongHash,
        Mistake::HashForHmac,
        Mistake::HmacForHash,
        Mistake::RsaPadding,
        Mistake::RsaMissing,
        Mistake::EmptyLeftOut,
        Mistake::EmptyIncluded,
        Mistake::NullIncluded,
        Mistake::SignIncluded,
        Mistake::ParameterLeftOut,
        Mistake::ParameterOrder,
        Mistake::QuotesKept,
        Mistake::NotUpperCased,
        Mistake::NumberFormat,
        Mistake::NestedFormat,
        Mistake::NestedFlattened,
        Mistake::NamesLeftOut,
        Mistake::JsonSigned,
        Mistake::TimeFormat,
        Mistake::LocaleCase,
        Mistake::AsciiUpperCased,
        Mistake::NameSpelling,
        Mistake::Edition2,
        Mistake::Edition3,
        Mistake::EditionOpen,
        Mistake::SignTypeMissing,
        Mistake::SignTypeExtra,
        Mistake::SignTypeValue,
        Mistake::HeaderLeftOut,
        Mistake::HeaderSpelling,
        Mistake::HeaderOrder,
        Mistake::HeadersMissing,
        Mistake::TimestampUnit,
        Mistake::HeaderExtra,
        Mistake::HeaderValue,
        Mistake::NotFlattened,
        Mistake::ParameterExtra,
        Mistake::ValueChanged,
        Mistake::HexForBase64,
        Mistake::Base64ForHex,
        Mistake::SignatureCase,
        Mistake::Base64OfHex,
        Mistake::SignatureEncodedTwice,
        Mistake::UrlSafeBase64,
        Mistake::PaddingMissing,
        Mistake::SignatureUrlEncoded,
        Mistake::SignatureUrlDecoded,
        Mistake::SignatureLineBreaks,
        Mistake::SignatureWhitespace,
        Mistake::SignatureWrapped,
        Mistake::HexSeparators,
        Mistake::HexZerosLost,
        Mistake::BytesAsNumbers,
        Mistake::Truncated,
        Mistake::Damaged,
        Mistake::BytesAsText,
    ];

    /// The mistake's name, as `libauth_explanation_mistake` gives it.
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// What was done, as half a sentence.
    pub fn description(self) -> &'static str {
        self.entry().1
    }

    /// What to do instead, as half a sentence.
    pub fn advice(self) -> &'static str {
        self.entry().2
    }

    #[rustfmt::skip]
    fn entry(self) -> (&'static str, &'static str, &'static str) {
        use Mistake::*;
        const PATH: &str = "sign the endpoint's path alone, as it stands below the base URL";
        const BODY: &str = "serialize once, and sign the very bytes that are sent";
        const KEY: &str = "use the key exactly as it was issued";
        const UTF8: &str = "sign UTF-8 bytes";
        const BASE64: &str = "send standard base64 with padding, on one line, and nothing around it";
        const HEX: &str = "write every byte as two hex digits in the case that is asked for, with nothing between";
        match self {
            PathPrefix => ("PATH_PREFIX", "the gateway prefix was signed too", PATH),
            PathPrefixMissing => ("PATH_PREFIX_MISSING", "the beginning of the path was left out", "sign the whole path from its first slash"),
            PathQuery => ("PATH_QUERY", "the query was signed too", "sign the path without `?` and what follows"),
            PathHost => ("PATH_HOST", "the host was signed too", PATH),
            PathSlash => ("PATH_SLASH", "a slash of the path is missing or too many", "sign the path with one leading slash and no trailing one, as it is requested"),
            PathMissing => ("PATH_MISSING", "the path was not signed", "sign the path, and the body right behind it"),
            PathCase => ("PATH_CASE", "the case of the path was changed", "sign the path as it is requested"),
            PathEncoded => ("PATH_ENCODED", "the path was percent-encoded or decoded before signing", "sign the path as it is requested"),
            MethodIncluded => ("METHOD_INCLUDED", "the HTTP method was signed too", "leave the method out"),
            PathIncluded => ("PATH_INCLUDED", "the path was signed too", "sign only the headers and the body"),
            PathOther => ("PATH_OTHER", "another endpoint's path was signed", "sign the path that is requested"),
            BodyReserialized => ("BODY_RESERIALIZED", "the body was parsed and serialized again before signing", BODY),
            BodyPrettyPrinted => ("BODY_PRETTY_PRINTED", "the body was pretty-printed before signing", BODY),
            BodyMissing => ("BODY_MISSING", "the body was not signed", "sign the body too, right behind what stands before it"),
            BodyFirst => ("BODY_FIRST", "the body was signed in front", "put the body last"),
            BodyMembers => ("BODY_MEMBERS", "members were dropped from or added to the body between signing and sending", BODY),
            BodyValues => ("BODY_VALUES", "a value in the body was of another type when it was signed", BODY),
            BodyAsForm => ("BODY_AS_FORM", "the body was signed as name=value pairs, not as JSON", BODY),
            BodyToString => ("BODY_TO_STRING", "the language's own text of an object was signed, not JSON", BODY),
            BodyStringifiedTwice => ("BODY_STRINGIFIED_TWICE", "the body was made a JSON string once more before signing", BODY),
            BodyWhitespace => ("BODY_WHITESPACE", "white space in the body was changed before signing", BODY),
            BodyHashed => ("BODY_HASHED", "a digest or an encoding of the body was signed in its place", "sign the body itself"),
            BodyTwice => ("BODY_TWICE", "the body was signed twice", "sign it once"),
            BodyPart => ("BODY_PART", "only a part of the body, or something around it, was signed", BODY),
            LineBreak => ("LINE_BREAK", "a line break stands at the end of what was signed", "sign without it: a file's last line break, `echo` and `println` add one"),
            ExtraSpace => ("EXTRA_SPACE", "a space stands at the beginning or the end of what was signed", "sign without it"),
            ByteOrderMark => ("BYTE_ORDER_MARK", "a byte order mark (EF BB BF) was signed too", "encode UTF-8 without a byte order mark"),
            Gbk => ("GBK", "GBK bytes were signed", "sign UTF-8 bytes: name the encoding, do not take the machine's default"),
            Utf16 => ("UTF16", "UTF-16 bytes were signed", "sign UTF-8 bytes: in C#, Encoding.UTF8 and not Encoding.Unicode"),
            Latin1 => ("LATIN1", "the string went through ASCII or ISO-8859-1, which turned characters into `?`", UTF8),
            Utf8Twice => ("UTF8_TWICE", "UTF-8 bytes were taken for ISO-8859-1 and encoded as UTF-8 once more", UTF8),
            UrlEncoded => ("URL_ENCODED", "URL-encoded values were signed", "sign the values as they are, before any URL-encoding"),
            UrlDecoded => ("URL_DECODED", "the string was URL-decoded before signing", "sign the values as they are sent"),
            UpperCased => ("UPPER_CASED", "the string was put in upper case", "sign it as it is"),
            LowerCased => ("LOWER_CASED", "the string was put in lower case", "sign it in the case that is asked for"),
            Separator => ("SEPARATOR", "the parts are joined in another way", "put nothing between the parts but what the rule says"),
            TrailingAmpersand => ("TRAILING_AMPERSAND", "an `&` too many stands behind the last pair", "put `&` only between pairs"),
            HashedTwice => ("HASHED_TWICE", "a digest of the string was signed, not the string", "hash once: hand the string itself to the signing function"),
            Quoted => ("QUOTED", "quotes stand around what was signed", "sign without them"),
            Escaped => ("ESCAPED", "the string was escaped for HTML, JSON or another language before signing", "sign it as it is"),
            StringCut => ("STRING_CUT", "a character is missing at the end or the beginning of what was signed", "sign all of it: look for a length that is one too short"),
            Cesu8 => ("CESU8", "characters beyond U+FFFF, such as emoji, were encoded as two surrogates (CESU-8, Java's modified UTF-8)", UTF8),
            KeyWhitespace => ("KEY_WHITESPACE", "the key carries white space, a line break or a byte order mark", "strip the key when it is read from a file or an environment variable"),
            KeyCase => ("KEY_CASE", "the key was put in another case", KEY),
            KeyDecoded => ("KEY_DECODED", "the key was decoded before use", "use the key's characters as they are, without decoding hex or base64"),
            KeyEncoded => ("KEY_ENCODED", "the key was encoded before use", KEY),
            KeyHashed => ("KEY_HASHED", "a digest of the key was used as the key", KEY),
            KeyOther => ("KEY_OTHER", "another credential was used as the key", "use the key that is meant for signing"),
            KeyMissing => ("KEY_MISSING", "no key was used", "use the key that is meant for signing"),
            KeySwapped => ("KEY_SWAPPED", "key and message were swapped", "look at the order of the HMAC function's arguments"),
            KeyPosition => ("KEY_POSITION", "the key stands at another place", "put the key where the rule says: at the end"),
            SignForKey => ("SIGN_FOR_KEY", "`&sign=` was appended for `&key=`", "append `&key=` and the key: the samples in the documents are outdated"),
            KeyName => ("KEY_NAME", "the key was appended in another way than `&key=`", "append `&key=` and the key"),
            KeyNotUpperCased => ("KEY_NOT_UPPER_CASED", "the key at the end was not upper-cased", "append `&key=` and the key first, then put the whole string in upper case"),
            HmacKeyUpperCased => ("HMAC_KEY_UPPER_CASED", "the key of the HMAC was upper-cased", "upper-case the key in the string only; the HMAC takes it as it was issued"),
            KeySuffix => ("KEY_SUFFIX", "something was added to the key", KEY),
            KeyTruncated => ("KEY_TRUNCATED", "only a part of the key was used", KEY),
            WrongHash => ("WRONG_HASH", "another hash was used", "use the hash of the platform"),
            HashForHmac => ("HASH_FOR_HMAC", "a plain hash was used, not an HMAC", "use the HMAC function, with the key as its key"),
            HmacForHash => ("HMAC_FOR_HASH", "an HMAC was used, not a plain hash", "hash the string that ends in the key"),
            RsaPadding => ("RSA_PADDING", "the RSA signature has another padding", "use RSASSA-PKCS1-v1_5, `SHA256withRSA` in Java"),
            RsaMissing => ("RSA_MISSING", "a bare digest was sent, not an RSA signature", "sign with the private key"),
            EmptyLeftOut => ("EMPTY_LEFT_OUT", "empty values were left out of the string", "leave out only what is null or absent, or do not send empty values"),
            EmptyIncluded => ("EMPTY_INCLUDED", "empty values were signed", "leave out what is empty or absent"),
            NullIncluded => ("NULL_INCLUDED", "null values were signed", "leave out what is null"),
            SignIncluded => ("SIGN_INCLUDED", "`sign` itself was signed", "leave `sign` out of the string"),
            ParameterLeftOut => ("PARAMETER_LEFT_OUT", "a parameter was not signed", "sign every parameter that is sent but `sign`"),
            ParameterOrder => ("PARAMETER_ORDER", "the parameters are in another order", "sort the names by their bytes: upper case before lower case"),
            QuotesKept => ("QUOTES_KEPT", "quotes or backslashes were not removed", "remove every `\"` and every `\\` from the string"),
            NotUpperCased => ("NOT_UPPER_CASED", "the string was not put in upper case", "put the whole string in upper case, names, values and key"),
            NumberFormat => ("NUMBER_FORMAT", "a number was written in another way", "write numbers without trailing zeros after the point: 1.1 and not 1.10"),
            NestedFormat => ("NESTED_FORMAT", "nested data was written in another way", "write nested data as compact JSON, without nulls, names in order"),
            NestedFlattened => ("NESTED_FLATTENED", "nested data was flattened into single parameters, as the platform's newer RSA SDK does", "write nested data as one parameter of compact JSON"),
            NamesLeftOut => ("NAMES_LEFT_OUT", "the names were left out", "write name=value"),
            JsonSigned => ("JSON_SIGNED", "the JSON text was signed, not the sorted name=value string", "sort the parameters and join them as name=value with `&`"),
            TimeFormat => ("TIME_FORMAT", "a time was signed in another form than is sent", "format the time once, as yyyy-MM-dd HH:mm:ss, and sign and send the same text"),
            LocaleCase => ("LOCALE_CASE", "the case was changed by the rules of Turkish (`i` to `İ`, `I` to `ı`)", "name the locale: in Java, toUpperCase(Locale.ROOT)"),
            AsciiUpperCased => ("ASCII_UPPER_CASED", "only some letters were put in upper case", "put the string in upper case by Unicode's full rules: `ß` becomes `SS`"),
            NameSpelling => ("NAME_SPELLING", "the parameters' names were signed in another spelling than is sent", "sign the names that are sent"),
            Edition2 => ("EDITION_2", "it is signed by the 2.0 rule (DaxPay's edition 2, daxpay-single-sdk 2.0), which does not upper-case the string", "sign by the rule of edition 3: put the whole string in upper case, the key included"),
            Edition3 => ("EDITION_3", "it is signed by the rule of DaxPay's edition 3, not with RSA as edition open has it", "sign with SHA256withRSA and the merchant's private key, or make the handle for edition 3"),
            EditionOpen => ("EDITION_OPEN", "it is an RSA signature, as DaxPay's edition open has it", "sign by the rule of edition 3 with the sign key, or make the handle for edition open"),
            SignTypeMissing => ("SIGN_TYPE_MISSING", "`signType` is sent but was not signed", "sign `signType` too, between `nonce` and `timestamp`"),
            SignTypeExtra => ("SIGN_TYPE_EXTRA", "`signType` was signed but is not sent", "send the header `signType`, or leave it out of the string"),
            SignTypeValue => ("SIGN_TYPE_VALUE", "`signType` was signed with another value than is sent", "sign the header's very value"),
            HeaderLeftOut => ("HEADER_LEFT_OUT", "a header was not signed", "sign businessId, nonce, signType and timestamp"),
            HeaderSpelling => ("HEADER_SPELLING", "the headers' names are spelled in another way", "spell them businessId, nonce, signType, timestamp in the string, whatever they are on the wire"),
            HeaderOrder => ("HEADER_ORDER", "the headers are in another order", "order them businessId, nonce, signType, timestamp"),
            HeadersMissing => ("HEADERS_MISSING", "the headers were not signed", "sign the headers, and the body right behind them"),
            TimestampUnit => ("TIMESTAMP_UNIT", "the timestamp was signed in another unit than is sent", "sign the header's very value, in milliseconds"),
            HeaderExtra => ("HEADER_EXTRA", "something was signed among the headers that is not signed", "sign only businessId, nonce, signType and timestamp"),
            HeaderValue => ("HEADER_VALUE", "a header was signed with another value than is sent", "sign the header's very value"),
            NotFlattened => ("NOT_FLATTENED", "nested data was not flattened", "write nested data as single parameters: a.b for objects, a[0] for lists"),
            ParameterExtra => ("PARAMETER_EXTRA", "a parameter was signed that is not sent", "sign only what is sent"),
            ValueChanged => ("VALUE_CHANGED", "a value was signed in another form than is sent", "sign the very values that are sent"),
            HexForBase64 => ("HEX_FOR_BASE64", "the signature is in hex, not in base64", "encode the raw bytes in base64"),
            Base64ForHex => ("BASE64_FOR_HEX", "the signature is in base64, not in hex", "write the raw bytes in hex"),
            SignatureCase => ("SIGNATURE_CASE", "the signature is in the wrong case", "do not change the case of the signature"),
            Base64OfHex => ("BASE64_OF_HEX", "the signature is base64 of the hex text", "encode the raw bytes once"),
            SignatureEncodedTwice => ("SIGNATURE_ENCODED_TWICE", "the signature was encoded twice", "encode the raw bytes once"),
            UrlSafeBase64 => ("URL_SAFE_BASE64", "the signature is in the URL-safe alphabet", BASE64),
            PaddingMissing => ("PADDING_MISSING", "the `=` at the end of the signature are missing or too many", BASE64),
            SignatureUrlEncoded => ("SIGNATURE_URL_ENCODED", "the signature was URL-encoded", "send it as it is: a header or a JSON body is no URL"),
            SignatureUrlDecoded => ("SIGNATURE_URL_DECODED", "the signature was URL-decoded: a `+` became a space", "do not URL-decode it"),
            SignatureLineBreaks => ("SIGNATURE_LINE_BREAKS", "line breaks or spaces stand in the signature", BASE64),
            SignatureWhitespace => ("SIGNATURE_WHITESPACE", "white space stands around the signature", "strip it"),
            SignatureWrapped => ("SIGNATURE_WRAPPED", "quotes, escapes or a name came with the signature", "send the signature's characters alone"),
            HexSeparators => ("HEX_SEPARATORS", "separators or a prefix stand in the hex", HEX),
            HexZerosLost => ("HEX_ZEROS_LOST", "zeros of the hex were lost", HEX),
            BytesAsNumbers => ("BYTES_AS_NUMBERS", "the signature's bytes were written as numbers", "encode the raw bytes as the platform asks"),
            Truncated => ("TRUNCATED", "only a part of the signature was sent", "send the whole of it"),
            Damaged => ("DAMAGED", "the signature is the right one but for a character or two", "copy it whole, and look for what changes it on its way"),
            BytesAsText => ("BYTES_AS_TEXT", "the signature's raw bytes were turned into a text before they were encoded", "encode the raw bytes: do not make a string of them in between"),
        }
    }
}
