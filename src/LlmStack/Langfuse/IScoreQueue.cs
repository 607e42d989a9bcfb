using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>Scores waiting to be sent, in memory or in the spool. What does not say otherwise is for the lane's loop alone.</summary>
internal interface IScoreQueue : IDisposable
{
    /// <summary>Scores undelivered for so long are dropped.</summary>
    TimeSpan MaxAge { get; }

    bool IsDue { get; }

    /// <summary>Keeps the score, or counts it as turned away; false leaves both to another queue. From any thread.</summary>
    bool TryAdd(in ScoreData score);

    /// <summary>Takes the next request's worth of scores.</summary>
    void Take(List<ScoreItem> chunk);

    /// <summary>All that the last <see cref="Take"/> gave is settled; returns how many of it this process had accepted.</summary>
    int Settled(int taken);

    /// <summary>Accepted scores that were counted as dropped when others were taken, since the last time somebody asked.</summary>
    int TakeSkipped();

    /// <summary>Lets everything be sent now, and returns how many scores were accepted so far. From any thread.</summary>
    long MakeDue();

    /// <summary>Turns away everything from now on. From any thread.</summary>
    void Stop();
}
