using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>Logs the troubles of an endpoint's calls: each when it begins and when it ends.</summary>
/// <param name="troubles">Says which of them are to be logged.</param>
/// <param name="deadLetterQueue">The name of the dead-letter queue.</param>
/// <param name="metrics">Know whether the dead-letter queue rejects dead letters now.</param>
/// <param name="logger">Gets the lines.</param>
internal sealed class CallReports(
    TroubleLog troubles, string deadLetterQueue, QueueMetrics metrics, ILogger logger)
{
    public TroubleLog Troubles => troubles;

    /// <summary>SQS answered a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="isRefused">Whether SQS refuses such calls now, this one or an earlier one.</param>
    public void Answered(AnsweredCall call, bool isRefused)
    {
        var trouble = call.Kind switch
        {
            LeaseCallKind.Renewal => Trouble.Renewals,
            LeaseCallKind.Return => Trouble.Returns,
            LeaseCallKind.Delete => Trouble.Deletes,
            _ => Trouble.DeadLetters,
        };

        // One refused entry is a trouble where its lease may be lost, and where the dead-letter queue refuses it. A
        // refused settlement is sent again, so only a call that is refused as a whole is one.
        var isTrouble = trouble is Trouble.Renewals or Trouble.DeadLetters
            ? call.Answers.Any(answer => answer != EntryAnswer.Accepted)
            : call.IsRefused;
        if (trouble == Trouble.DeadLetters && (isTrouble || !isRefused))
        {
            metrics.DeadLettersRejected(isTrouble ? call.Problem : null);
        }

        var isAway = call.IsAway && (call.IsRefused || trouble == Trouble.Renewals);
        if (isTrouble && troubles.Fails(trouble, isAway))
        {
            ReportBeginning(trouble, call);
        }
        else if (isTrouble)
        {
            Log.FailedAgain(logger, call.Problem!);
        }
        else if (!isRefused && troubles.Works(trouble))
        {
            ReportEnd(trouble);
        }
    }

    private void ReportBeginning(Trouble trouble, AnsweredCall call)
    {
        var problem = call.Problem!;
        switch (trouble)
        {
            case Trouble.Renewals:
                Log.RenewalFailed(logger, call.Answers.Count(answer => answer != EntryAnswer.Accepted), problem);
                break;
            case Trouble.Returns:
                Log.ReturnsRefused(logger, problem);
                break;
            case Trouble.Deletes:
                Log.DeletesRefused(logger, problem);
                break;
            default:
                Log.DeadLettersRefused(logger, deadLetterQueue, problem, Log.DeadLetterRemedy);
                break;
        }
    }

    private void ReportEnd(Trouble trouble)
    {
        switch (trouble)
        {
            case Trouble.Renewals:
                Log.RenewalsAccepted(logger);
                break;
            case Trouble.Returns:
                Log.ReturnsAccepted(logger);
                break;
            case Trouble.Deletes:
                Log.DeletesAccepted(logger);
                break;
            default:
                Log.DeadLettersAccepted(logger, deadLetterQueue);
                break;
        }
    }
}
