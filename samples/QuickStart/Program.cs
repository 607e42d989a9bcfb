using System.Runtime.InteropServices;
using LlmStack;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using QuickStart;

if (!QuickStartOptions.TryParse(args, Environment.GetEnvironmentVariable, out QuickStartOptions options, out string? problem))
{
    await Console.Error.WriteLineAsync(problem + Environment.NewLine + "See --help.");
    return 2;
}

if (options.ShowHelp)
{
    Console.WriteLine(QuickStartOptions.Help);
    return 0;
}

// Ctrl-C and SIGTERM cancel the workflow; a second Ctrl-C ends the process at once.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, signal) =>
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

await using DemoProviderServer? first = options.UsesDemoProviders ? await DemoProviderServer.StartAsync(failFirst: 1, tokenDelay: TimeSpan.FromMilliseconds(40)) : null;
await using DemoProviderServer? second = options.UsesDemoProviders ? await DemoProviderServer.StartAsync(failFirst: 0, tokenDelay: TimeSpan.FromMilliseconds(40)) : null;
await using TraceReceiver? receiver = options.HasLangfuseKeys ? null : await TraceReceiver.StartAsync();

// From here on: what an application writes.
var services = new ServiceCollection();
services.AddLlmStack(llm =>
{
    if (first is not null && second is not null)
    {
        llm.AddOpenAICompatible("first", first.Address)
            .AddOpenAICompatible("second", second.Address)
            .AddModelGroup("answers", group => group
                .AddDeployment("first/demo-mini", d => d.Price = new ModelPrice { InputPerMillion = 0.15m, OutputPerMillion = 0.60m })
                .AddDeployment("second/demo", d =>
                {
                    d.Order = 1;
                    d.Price = new ModelPrice { InputPerMillion = 0.25m, OutputPerMillion = 2.00m };
                }))
            .AddModelGroup("embed", group => group
                .AddDeployment("second/demo-embed", d => d.Price = new ModelPrice { InputPerMillion = 0.02m, OutputPerMillion = 0m }));
    }
    else
    {
        string provider = options.Endpoint is null ? "openai" : "server";
        _ = options.Endpoint is { } endpoint ? llm.AddOpenAICompatible(provider, endpoint.ToString().TrimEnd('/')) : llm.AddOpenAI();
        llm.AddModelGroup("answers", group => group.AddDeployment($"{provider}/{options.ChatModel}"));
        if (options.SearchModel is { } searchModel)
        {
            llm.AddModelGroup("embed", group => group.AddDeployment($"{provider}/{searchModel}"));
        }
    }

    llm.AddLangfuse(langfuse =>
    {
        if (receiver is not null)
        {
            langfuse.BaseUrl = receiver.Address;
            langfuse.PublicKey = TraceReceiver.PublicKey;
            langfuse.SecretKey = TraceReceiver.SecretKey;
        }
    });
});

await using ServiceProvider provider = services.BuildServiceProvider();
var client = provider.GetRequiredService<ILlmClient>();
var tracer = provider.GetRequiredService<ILlmTracer>();

Console.WriteLine(options.Banner);
int exitCode = 0;
try
{
    await tracer.TraceAsync("site-search", AnswerAsync, new TraceContext { UserId = "u-42", SessionId = "s-7", Feature = "search", Surface = "answer-box", Tags = ["quick-start"] });
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine(Environment.NewLine + "Stopped; what was traced so far is sent.");
    exitCode = 130;
}
catch (LlmException failure)
{
    await Console.Error.WriteLineAsync($"{Environment.NewLine}The call failed, {failure.Kind}: {failure.Message}");
    await Console.Error.WriteLineAsync(RouteText.Attempts(failure.Route));
    exitCode = 1;
}

FlushResult flushed = await tracer.FlushAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
Console.WriteLine($"{Environment.NewLine}Trace: {flushed.Delivered} spans and scores delivered, {flushed.Dropped} dropped, {flushed.Pending} pending. {flushed.Error}");
if (receiver is not null)
{
    Console.WriteLine($"As the receiver decoded it from the {receiver.Bytes:N0} bytes that arrived in {receiver.Requests} requests:{Environment.NewLine}");
    Console.WriteLine(TraceTree.Render(receiver.Spans, receiver.Scores));
}

return exitCode == 0 && !flushed.IsComplete ? 1 : exitCode;

async Task AnswerAsync(TraceScope trace)
{
    trace.Input = options.Question;
    Console.WriteLine($"Question: {options.Question}{Environment.NewLine}");

    string notes;
    using (SpanScope search = trace.StartSpan("vector-search", ObservationType.Retriever))
    {
        search.Input = options.Question;
        notes = await Notes.SearchAsync(client, options.SearchGroup, options.Question, stop.Token);
        search.Output = notes;
    }

    string prompt = $"Answer from these notes only.{Environment.NewLine}{notes}{Environment.NewLine}{options.Question}";
    ChatResponse draft = await client.ChatAsync("answers", [new ChatMessage(ChatRole.User, prompt)], cancellationToken: stop.Token);
    Console.WriteLine("Plain call");
    Console.WriteLine("  " + draft.Text);
    Console.WriteLine(RouteText.Of(draft.GetRoute()));

    Console.WriteLine("Streamed call");
    Console.Write("  ");
    CallRoute? route = null;
    var text = new System.Text.StringBuilder();
    await foreach (ChatResponseUpdate update in client.ChatStreamingAsync("answers", [new ChatMessage(ChatRole.User, prompt)], cancellationToken: stop.Token))
    {
        Console.Write(update.Text);
        text.Append(update.Text);
        route = update.GetRoute() ?? route;
    }

    Console.WriteLine();
    Console.WriteLine(RouteText.Of(route));
    trace.Output = text.ToString();
    trace.Score("helpful", 0.9);
}
