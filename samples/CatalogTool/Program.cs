using System.Text.Json;
using CatalogTool;
using LlmStack.Catalog;

// Makes the embedded model catalogue from a fuller source, and prints what that changes:
//   dotnet run --project samples/CatalogTool -- <source.json> [target.json]
// Without a target nothing is written. The target is usually src/LlmStack/Catalog/models.json.
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: CatalogTool <source.json> [target.json]");
    return 2;
}

try
{
    byte[] before = args.Length == 2 && File.Exists(args[1]) ? File.ReadAllBytes(args[1]) : CatalogText.Embedded().Span.ToArray();
    byte[] after = CatalogCompactor.Compact(File.ReadAllBytes(args[0]), before);

    // As the library reads it: what it would refuse is not written.
    _ = CatalogIndex.Read(new CatalogText(after), verify: true);
    using JsonDocument old = JsonDocument.Parse(before);
    using JsonDocument now = JsonDocument.Parse(after);
    foreach (string line in CatalogChanges.Between(old.RootElement, now.RootElement))
    {
        Console.WriteLine(line);
    }

    if (args.Length == 2)
    {
        File.WriteAllBytes(args[1], after);
        Console.WriteLine($"{args[1]}: {after.Length} bytes");
    }

    return 0;
}
catch (Exception exception) when (exception is FormatException or JsonException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
