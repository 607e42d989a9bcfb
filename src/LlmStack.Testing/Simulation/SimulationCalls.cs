using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Testing.Simulation;

/// <summary>Makes the calls of a scenario through the product's client and reads what came of them.</summary>
internal sealed class SimulationCalls
{
    private readonly ILlmClient _client;
    private readonly SimulationScenario _scenario;
    private readonly SimulationRecorder _recorder;
    private readonly VirtualTime _time;
    private readonly IRandomSource _random;
    private readonly double _totalWeight;

    public SimulationCalls(ILlmClient client, SimulationScenario scenario, SimulationRecorder recorder, VirtualTime time, IRandomSource random)
    {
        _client = client;
        _scenario = scenario;
        _recorder = recorder;
        _time = time;
        _random = random;
        foreach (RequestProfile profile in scenario.Profiles)
        {
            _totalWeight += profile.Weight;
        }
    }

    /// <summary>Something that is neither an answer nor a failed call, which ends the simulation.</summary>
    public Exception? Broken { get; private set; }

    public void Arrive()
    {
        RequestProfile profile = Choose();
        bool streams = profile.StreamingShare > 0 && _random.NextDouble() < profile.StreamingShare;
        _ = CallAsync(_recorder.CallArrived(), profile, streams);
    }

    private RequestProfile Choose()
    {
        IReadOnlyList<RequestProfile> profiles = _scenario.Profiles;
        if (profiles.Count == 1)
        {
            return profiles[0];
        }

        double point = _random.NextDouble() * _totalWeight;
        int index = 0;
        while (index < profiles.Count - 1 && (point -= profiles[index].Weight) >= 0)
        {
            index++;
        }

        return profiles[index];
    }

    private async Task CallAsync(long number, RequestProfile profile, bool streams)
    {
        long started = _time.GetTimestamp();
        try
        {
            CallRoute? route = streams
                ? await StreamAsync(profile, started).ConfigureAwait(false)
                : (await _client.ChatAsync(profile.Model, profile.Prompt, profile.Options).ConfigureAwait(false)).GetRoute();
            _recorder.Served(number, started, route!);
        }
        catch (LlmException error)
        {
            _recorder.Failed(number, error);
        }
        catch (Exception exception)
        {
            Broken ??= exception;
        }
    }

    private async ValueTask<CallRoute?> StreamAsync(RequestProfile profile, long started)
    {
        CallRoute? route = null;
        bool begun = false;
        await foreach (ChatResponseUpdate update in _client.ChatStreamingAsync(profile.Model, profile.Prompt, profile.Options).ConfigureAwait(false))
        {
            if (!begun)
            {
                begun = true;
                _recorder.FirstContent(started);
            }

            route = update.GetRoute() ?? route;
        }

        return route;
    }
}
