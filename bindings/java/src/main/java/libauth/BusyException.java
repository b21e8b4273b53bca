package libauth;

/** Another process acts on this very message: answer with failure, it will come again. */
public final class BusyException extends LibauthException {
    private static final long serialVersionUID = 1;

    private transient Event event;

    BusyException(Details details) {
        super(details);
    }

    BusyException about(Event event) {
        this.event = event;
        return this;
    }

    /**
     * The event, which another process acts on.
     *
     * @return null after serialization; close it
     */
    public Event event() {
        return event;
    }
}
