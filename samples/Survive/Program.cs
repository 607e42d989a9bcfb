using LlmStack;
using LlmStack.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Survive;

if (args is [ProviderServer.Switch])
{
    await ProviderServer.RunAsync();
    return 0;
}

const int Seconds = 8;
const int Callers = 48;
string[] names = ["first", "second", "third"];
using ProviderProcess first = await ProviderProcess.StartAsync();
using ProviderProcess second = await ProviderProcess.StartAsync();
using ProviderProcess third = await ProviderProcess.StartAsync();

// From here on: what an application writes.
var services = new ServiceCollection();
services.AddLlmStack(llm => llm
    .AddOpenAICompatible("first", first.Address + "/v1")
    .AddOpenAICompatible("second", second.Address + "/v1")
    .AddOpenAICompatible("third", third.Address + "/v1")
    .AddModelGroup("answers", static group => group
        .AddDeployment("first/m")
        .AddDeployment("second/m")
        .AddDeployment("third/m")
        .UseStrategy(RoutingStrategy.LeastBusy)
        .Configure(static options => options.Policy = new CallPolicyOptions { OnStreamLost = StreamLossBehavior.Continue })));
await using ServiceProvider provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<ILlmClient>();

Console.WriteLine($"{Callers} callers, every second one streaming, for {Seconds} s at three providers, each a process of its own; the second is killed after 3 s.");
var report = new LoadReport(names, Seconds);
using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));
Task[] callers = [.. Enumerable.Range(0, Callers).Select(static number => number % 2 == 0).Select(CallAsync)];
await Task.Delay(TimeSpan.FromSeconds(3));
second.Kill();
await Task.WhenAll(callers);

report.Print();
Console.WriteLine($"{report.Served} calls answered, {report.Failed} failed.");
return report.Failed == 0 && report.Served > 0 ? 0 : 1;

async Task CallAsync(bool streams)
{
    while (!stop.IsCancellationRequested)
    {
        try
        {
            CallRoute? route = streams ? await StreamAsync() : (await client.ChatAsync("answers", "Are you there?")).GetRoute();
            report.Success(route!);
        }
        catch (LlmException failure)
        {
            report.Failure(failure);
        }
    }
}

async Task<CallRoute?> StreamAsync()
{
    CallRoute? route = null;
    await foreach (ChatResponseUpdate update in client.ChatStreamingAsync("answers", [new ChatMessage(ChatRole.User, "Are you there?")]))
    {
        route = update.GetRoute() ?? route;
    }

    return route;
}
