namespace LlmStack.Langfuse.Spooling;

/// <summary>How many segments lie ready: as many as the rate seen would fill while the disk makes nothing, and soon no more than at rest.</summary>
internal sealed class SpoolPace
{
    /// <summary>How long a disk may be busy with something else.</summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromMilliseconds(250);
    private readonly int _atRest;
    private readonly int _most;
    private readonly TimeProvider _time;
    private long _taken;
    private long _takenAt;
    private int _needed;

    /// <param name="atRest">So many without any rate.</param>
    /// <param name="most">Never more.</param>
    /// <param name="time">For the rate.</param>
    public SpoolPace(int atRest, int most, TimeProvider time)
    {
        _atRest = atRest;
        _most = most;
        _time = time;
        _takenAt = time.GetTimestamp();
        _needed = atRest;
        Ahead = atRest;
    }

    /// <summary>So many segments should lie ready.</summary>
    public int Ahead { get; private set; }

    /// <param name="taken">How many segments were taken since the beginning.</param>
    /// <param name="isTick">Whether the time between two ticks is over: what is no longer needed is given up by halves.</param>
    public void Observe(long taken, bool isTick)
    {
        if (taken != _taken)
        {
            double each = _time.GetElapsedTime(_takenAt) / (taken - _taken) / Horizon;
            _needed = Math.Max(_needed, (int)Math.Clamp(Math.Ceiling(1 / each), _atRest, _most));
            Ahead = Math.Max(Ahead, _needed);
            _taken = taken;
            _takenAt = _time.GetTimestamp();
        }

        if (isTick)
        {
            Ahead = Math.Max(_needed, Ahead / 2);
            _needed = _atRest;
        }
    }
}
