using System.Diagnostics.Metrics;
using LlmStack.Tests.Calls;
using LlmStack.Tests.Diagnostics;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class RequiredContextTests
{
    [Fact]
    public async Task A_missing_field_is_one_warning_and_a_count_of_every_call()
    {
        var logs = new FakeLogCollector();
        using var meters = new TestMeterFactory();
        using CallHarness h = new(
            llm =>
            {
                llm.AddModelGroup("fast", g => g.AddDeployment("a/m").AddDeployment("b/m", d => d.Order = 1));
                llm.Configure(o =>
                {
                    o.Tracing.RequiredContext.Add("UserId");
                    o.Tracing.RequiredContext.Add("feature");
                });
                llm.Services.AddSingleton<IMeterFactory>(meters);
                llm.Services.AddSingleton<ILogger<LlmTracer>>(new FakeLogger<LlmTracer>(logs));
            },
            "a",
            "b");
        h["a"].OnCall(1).Throw(LlmErrorKind.Overloaded, statusCode: 503);
        using var missing = new MetricCollector<long>(meters, "LlmStack", "llmstack.trace.context.missing");

        await h.Client.ChatAsync("fast", "Hello");
        using (h.Tracer.StartTrace("labelled", new TraceContext { UserId = "u" }))
        {
            await h.Client.ChatAsync("fast", "Hello");
        }

        Assert.Equal(["UserId", "Feature", "Feature"], missing.GetMeasurementSnapshot().Select(m => m.Tags["field"]));
        FakeLogRecord[] said = [.. logs.GetSnapshot().Where(record => record.Id.Id == 4002)];
        Assert.Equal(2, said.Length);
        Assert.All(said, record => Assert.Equal(LogLevel.Warning, record.Level));
        Assert.Contains("UserId", said[0].Message, StringComparison.Ordinal);
        Assert.Contains("Feature", said[1].Message, StringComparison.Ordinal);
    }
}
