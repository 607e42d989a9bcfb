using System.Runtime.ExceptionServices;
using LlmStack.Health;
using LlmStack.Limits.Scopes;
using LlmStack.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Testing.Simulation;

/// <summary>One run: builds the world, lets time pass until the last call has ended, and reports.</summary>
internal sealed class SimulationRun : IDisposable
{
    /// <summary>Alarms are left armed when a call ends in time; within this they have all gone off and found nothing to do.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    private readonly SimulationScenario _scenario;
    private readonly VirtualTime _time = new();
    private readonly SimulatedWorld _world;
    private readonly SimulationHost _host;
    private readonly SimulationRecorder _recorder;
    private readonly SimulationCalls _calls;
    private readonly DecisionLog? _log;

    public SimulationRun(SimulationScenario scenario, Action<IServiceCollection> configure, TextWriter? decisionLog)
    {
        // Chance of its own for each purpose, so that a change of the configuration does not move the arrivals.
        _scenario = scenario;
        _world = new SimulatedWorld(_time, scenario, new SeededRandomSource(Mix(scenario.Seed, 1)));
        _log = decisionLog is null ? null : new DecisionLog(decisionLog, _time);
        _host = new SimulationHost(_world, Mix(scenario.Seed, 2), configure);
        _world.Learn(_host.Snapshot);
        _world.CheckTargets();
        _recorder = new SimulationRecorder(_world, _log);
        _host.Get<HealthTracker>().Changed += _recorder.CooldownChanged;
        _calls = new SimulationCalls(_host.Get<ILlmClient>(), scenario, _recorder, _time, new SeededRandomSource(Mix(scenario.Seed, 3)));
    }

    public SimulationReport Execute()
    {
        IReadOnlyDictionary<string, double> shares = ExpectedShares.Of(_host.Get<ILlmRouter>(), _scenario.Profiles);
        new ArrivalSchedule(_time, _scenario.Arrivals, new SeededRandomSource(Mix(_scenario.Seed, 4)), _scenario.Duration, _calls.Arrive).Start();
        for (int i = 0; i < _scenario.Changes.Count; i++)
        {
            _time.Schedule(VirtualTime.Start + _scenario.Changes[i].At.Ticks, new ConfigurationChange(this), i);
        }

        RunUntil(VirtualTime.Start + _scenario.Duration.Ticks);
        while (_recorder.Ended < _recorder.Arrived)
        {
            if (!Step(long.MaxValue))
            {
                throw new InvalidOperationException($"{_recorder.Arrived - _recorder.Ended} calls of the scenario '{_scenario.Name}' never ended: nothing is left that could end them.");
            }
        }

        _recorder.Finish();
        TimeSpan lasted = _time.Elapsed;
        RunUntil(_time.GetTimestamp() + Settling.Ticks);
        return new ReportBuilder(_scenario, _recorder, _host.Snapshot, shares, _host.Get<ScopeBook>().OpenReservations).Build(lasted, _time.ArmedTimers);
    }

    public void Dispose() => _host.Dispose();

    private static ulong Mix(ulong seed, ulong purpose) => (seed * 0x9E3779B97F4A7C15) ^ (purpose * 0xD1B54A32D192ED03);

    private void RunUntil(long end)
    {
        while (Step(end))
        {
        }
    }

    private bool Step(long end)
    {
        bool moved = _time.RunNext(end);
        if (_calls.Broken is { } broken)
        {
            ExceptionDispatchInfo.Throw(broken);
        }

        return moved;
    }

    private sealed class ConfigurationChange(SimulationRun run) : IVirtualEvent
    {
        public void Fire(int version)
        {
            RoutingSnapshot snapshot = run._host.Change(run._scenario.Changes[version].Change);
            run._world.Learn(snapshot);
            run._log?.Changed(snapshot.Version);
        }
    }
}
