package libauth;

/** An inbound message was received before: answer it as before, and do not act again. */
public final class ReplayedException extends LibauthException {
    private static final long serialVersionUID = 1;

    private transient Event event;

    ReplayedException(Details details) {
        super(details);
    }

    ReplayedException about(Event event) {
        this.event = event;
        return this;
    }

    /**
     * The event, to know which order to answer for.
     *
     * @return null after serialization; close it
     */
    public Event event() {
        return event;
    }
}
