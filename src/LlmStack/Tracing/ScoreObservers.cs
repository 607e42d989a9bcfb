namespace LlmStack.Tracing;

/// <summary>Tells those who learn from scores in this process, none of whom can hurt the others or the caller.</summary>
internal static class ScoreObservers
{
    public static void Notify(IScoreObserver[] observers, in ScoreData score, SinkSet sinks)
    {
        foreach (IScoreObserver observer in observers)
        {
            try
            {
                observer.OnScore(score);
            }
            catch (Exception exception)
            {
                sinks.Failed(observer, exception);
            }
        }
    }
}
