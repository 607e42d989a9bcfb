using System.Diagnostics;
using LlmStack.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace LlmStack.Tests.Diagnostics;

public sealed class LlmStackInstrumentationTests
{
    [Fact]
    public void The_source_is_listened_to()
    {
        List<Activity> exported = [];
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddLlmStackInstrumentation().AddInMemoryExporter(exported).Build();
        using var source = new ActivitySource("LlmStack");
        string name = Guid.NewGuid().ToString();
        source.StartActivity(name)?.Dispose();
        Assert.Contains(exported, activity => activity.DisplayName == name);
    }

    [Fact]
    public void The_meter_is_listened_to()
    {
        List<Metric> exported = [];
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder().AddLlmStackInstrumentation().AddInMemoryExporter(exported).Build();
        using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        new CallMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()).CallFinished(Calls.Succeeded());
        Assert.True(provider.ForceFlush());
        Assert.Contains(exported, static metric => metric.Name == "gen_ai.client.operation.duration");
        Assert.Contains(exported, static metric => metric.Name == "llmstack.cost");
    }
}
