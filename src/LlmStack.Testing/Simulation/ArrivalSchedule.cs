namespace LlmStack.Testing.Simulation;

/// <summary>Makes the calls of a pattern arrive, until the scenario's end.</summary>
internal sealed class ArrivalSchedule : IVirtualEvent
{
    private readonly VirtualTime _time;
    private readonly ArrivalPattern _pattern;
    private readonly IRandomSource _random;
    private readonly Action _arrive;
    private readonly long _end;
    private int _rate;

    public ArrivalSchedule(VirtualTime time, ArrivalPattern pattern, IRandomSource random, TimeSpan duration, Action arrive)
    {
        _time = time;
        _pattern = pattern;
        _random = random;
        _arrive = arrive;
        _end = VirtualTime.Start + duration.Ticks;
    }

    public void Start()
    {
        foreach ((TimeSpan at, int calls) in _pattern.Bursts)
        {
            if (VirtualTime.Start + at.Ticks < _end)
            {
                _time.Schedule(VirtualTime.Start + at.Ticks, new Burst(_arrive), calls);
            }
        }

        ScheduleNext(VirtualTime.Start);
    }

    public void Fire(int version)
    {
        _arrive();
        ScheduleNext(_time.GetTimestamp());
    }

    private void ScheduleNext(long from)
    {
        while (true)
        {
            long change = _rate + 1 < _pattern.Rates.Count ? VirtualTime.Start + _pattern.Rates[_rate + 1].From.Ticks : long.MaxValue;
            double perSecond = _pattern.Rates[_rate].PerSecond;
            long next = perSecond > 0 ? from + Gap(perSecond) : long.MaxValue;
            if (next < change)
            {
                if (next < _end)
                {
                    _time.Schedule(next, this, version: 0);
                }

                return;
            }

            if (change == long.MaxValue)
            {
                return;
            }

            // Nobody came before the rate changed: from there on the new rate counts, and memory there is none.
            from = change;
            _rate++;
        }
    }

    private long Gap(double perSecond)
    {
        double seconds = _pattern.IsRegular ? 1 / perSecond : -Math.Log(1 - _random.NextDouble()) / perSecond;
        return Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond));
    }

    private sealed class Burst(Action arrive) : IVirtualEvent
    {
        public void Fire(int version)
        {
            for (int i = 0; i < version; i++)
            {
                arrive();
            }
        }
    }
}
