package libauth;

/** The type of a field of a JSON body. */
public enum JsonType {
    /** There is no such field, or the body is not JSON. */
    ABSENT,
    /** It is there, and null. */
    NULL,
    /** True or false. */
    BOOLEAN,
    /** A number. */
    NUMBER,
    /** A string. */
    STRING,
    /** A list. */
    ARRAY,
    /** An object. */
    OBJECT;

    static JsonType of(int number) {
        return number >= 0 && number < values().length ? values()[number] : ABSENT;
    }
}
