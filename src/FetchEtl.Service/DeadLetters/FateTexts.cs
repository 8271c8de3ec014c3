namespace FetchEtl.Service;

/// <summary>Why matching letters stay where they are.</summary>
internal static class FateTexts
{
    /// <summary>The fates that leave a matching letter on its queue, in the order of the report.</summary>
    public static readonly IReadOnlyList<(LetterFate Fate, string Json, string Text)> Left =
    [
        (LetterFate.ReturnedThrice, "returnedThrice",
            "are here for the third time, and would come back again. Remedy: find out why with dead show, then name "
            + "them with --id, or add --force"),
        (LetterFate.OtherQueue, "otherQueue",
            "came from another queue. Remedy: name that one in Sqs:QueueName"),
        (LetterFate.Unproved, "unproved",
            "carry an identity that no key of the settings proves, so their rows could be written twice. They are "
            + "forged, or another key signed them. Remedy: the service's own keys; or --id or --force"),
        (LetterFate.NoKey, "noKey",
            "were moved by SQS, and without a masking key each would become a new message, also where its row exists. "
            + "Remedy: Masking:Method Hmac; or --id or --force"),
        (LetterFate.CameBack, "cameBack",
            "came back while the redrive went on, or stood twice in the queue. Remedy: run it again"),
        (LetterFate.TooLarge, "tooLarge",
            "leave no room for the attributes that keep their identity: SQS allows 1 MiB. Remedy: send a smaller body"),
        (LetterFate.Refused, "refused", "were refused by SQS"),
        (LetterFate.NotDeleted, "notDeleted",
            "were sent, and their letters were not deleted. With masking keys a second redrive adds no row"),
    ];
}
