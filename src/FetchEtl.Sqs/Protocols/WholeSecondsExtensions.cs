namespace FetchEtl.Sqs;

internal static class WholeSecondsExtensions
{
    extension(TimeSpan time)
    {
        /// <summary>The time as SQS takes it, rounded up: a lease must not end early, nor a short wait become none.</summary>
        public int WholeSeconds => (int)Math.Ceiling(time.TotalSeconds);
    }
}
