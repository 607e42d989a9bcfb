using LlmStack.Health;
using LlmStack.Limits;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Testing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Calls;

/// <summary>The real client, router and tracer over scripted providers, in virtual time.</summary>
internal sealed class CallHarness : IDisposable
{
    private readonly ServiceProvider _services;

    public CallHarness(Action<ILlmStackBuilder> configure, params string[] providers)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Time);
        services.AddLlmStack(llm =>
        {
            foreach (string name in providers)
            {
                Providers[name] = new ScriptedProvider(Time);
                llm.AddProvider(name, p => p.UseProvider(_ => Providers[name]));
            }

            llm.Configure(o => o.Seed = 7);
            llm.AddSink(Traces);
            configure(llm);
        });
        _services = services.BuildServiceProvider();
        Client = _services.GetRequiredService<ILlmClient>();
        Router = _services.GetRequiredService<ILlmRouter>();
        Tracer = _services.GetRequiredService<ILlmTracer>();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    public Dictionary<string, ScriptedProvider> Providers { get; } = [];

    public RecordingTraceSink Traces { get; } = new();

    public ILlmClient Client { get; }

    public ILlmRouter Router { get; }

    public ILlmTracer Tracer { get; }

    public ScriptedProvider this[string provider] => Providers[provider];

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Nothing may be left over once every call has ended.</summary>
    public void AssertNothingLeaks()
    {
        foreach (DeploymentStatus status in Router.GetDeployments())
        {
            Assert.Equal(0, status.InFlight);
        }

        foreach (Deployment deployment in Get<SnapshotSource>().Current.Deployments.Values)
        {
            Assert.Equal(0, deployment.Gate.Taken);
            Assert.Equal(0, deployment.Gate.Waiting);
        }
    }

    /// <summary>
    /// Moves virtual time in steps until the task has ended, for calls of which a part goes on in the thread pool: attempts beside each
    /// other, time limits that end one, queues and shared answers. What waits on the clock alone is better run by the other overload.
    /// </summary>
    public async Task<T> RunAsync<T>(Task<T> task, TimeSpan step)
    {
        for (int i = 0; i < 10_000 && !task.IsCompleted; i++)
        {
            await Task.Yield();
            await Task.WhenAny(task, Task.Delay(1));
            if (!task.IsCompleted)
            {
                Time.Advance(step);
            }
        }

        return await task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>
    /// Runs what waits for nothing but virtual time, which moves in steps until it has ended. Without a context to go back to, everything
    /// that comes due goes on inside the step, so that no real time passes and every run is the same.
    /// </summary>
    public Task<T> RunAsync<T>(Func<Task<T>> call, TimeSpan step)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Task<T> task = call();
            for (int i = 0; i < 10_000 && !task.IsCompleted; i++)
            {
                Time.Advance(step);
            }

            Assert.True(task.IsCompleted, "The call waits for something other than the clock, or for longer than 10,000 steps.");
            return task;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public static async Task<LlmException> FailsAsync(Func<Task> call) => await Assert.ThrowsAsync<LlmException>(call);

    public async Task<List<ChatResponseUpdate>> StreamAsync(string model, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in Client.ChatStreamingAsync(model, "Hello", cancellationToken: cancellationToken))
        {
            updates.Add(update);
        }

        return updates;
    }

    public void Dispose() => _services.Dispose();
}
